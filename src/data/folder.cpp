#include "data/folder.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/image_file.h"
#include "data/picture_list.h"
#include "data/resize.h"
#include "data/split.h"

#include "qfx/base/error.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

class Reader {
 public:
  explicit Reader(const PictureForm& form) : form_(form) {}

  // The first of these that can be read says what all are like.
  void look_at(const std::vector<PictureFile>& reference) {
    for (const PictureFile& file : reference) {
      try {
        like_ = read(file.path);
      } catch (const UserError& error) {
        if (error_.empty()) error_ = error.what();
        continue;
      }
      like_.pixels.clear();
      reference_ = file.path;
      return;
    }
  }

  std::vector<std::int64_t> shape() const { return {like_.channels, like_.height, like_.width}; }

  // Channel by channel.
  void append(const fs::path& file, std::vector<std::uint8_t>& bytes) const {
    const Image image = read(file);
    if (reference_.empty()) user_error("{}", error_);  // of another split
    if (image.channels != like_.channels)
      user_error(
          "{}: it is {}, and {} is {}; give all grey or all in colour, or have them made so: "
          "folder@rgb:DIR or folder@gray:DIR",
          file.string(), colour(image), reference_.string(), colour(like_));
    if (image.height != like_.height || image.width != like_.width)
      user_error(
          "{}: it has {} x {} pixels (height x width), and {} has {} x {}; give all one size, or "
          "have them resized: folder@{}x{}:DIR",
          file.string(), image.height, image.width, reference_.string(), like_.height, like_.width,
          like_.height, like_.width);
    const std::int64_t count = image.height * image.width;
    for (std::int64_t c = 0; c < image.channels; ++c) {
      for (std::int64_t i = 0; i < count; ++i) {
        bytes.push_back(image.pixels[static_cast<std::size_t>(i * image.channels + c)]);
      }
    }
  }

 private:
  static const char* colour(const Image& image) {
    return image.channels == 1 ? "grey" : "in colour";
  }

  Image read(const fs::path& file) const {
    Image image = read_image(file);
    if (form_.channels != 0) image = with_channels(std::move(image), form_.channels);
    return form_.height != 0 ? resize(image, form_.height, form_.width) : image;
  }

  PictureForm form_;
  fs::path reference_;
  std::string error_;  // where none of the references can be read, the first one's
  Image like_;
};

// What one whole number in a form may be.
std::optional<std::int64_t> side_of(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  if (!is_whole || value < 1 || value > kMaxImageSide) return std::nullopt;
  return value;
}

std::vector<std::int32_t> labels_of(const std::vector<PictureFile>& files) {
  std::vector<std::int32_t> labels;
  for (const PictureFile& file : files) labels.push_back(file.label);
  return labels;
}

}  // namespace

PictureForm parse_picture_form(std::string_view text, const std::string& source) {
  PictureForm form;
  std::string_view size = text;
  for (const auto& [word, channels] : {std::pair{"rgb", 3}, {"gray", 1}, {"grey", 1}}) {
    if (!size.ends_with(word)) continue;
    form.channels = channels;
    size.remove_suffix(std::string_view(word).size());
    break;
  }
  if (size.empty() && form.channels != 0) return form;
  const std::size_t cross = size.find('x');
  const bool is_pair = cross != std::string_view::npos;
  const auto height = is_pair ? side_of(size.substr(0, cross)) : std::nullopt;
  const auto width = is_pair ? side_of(size.substr(cross + 1)) : std::nullopt;
  if (!height || !width)
    user_error(
        "the data source '{}' asks for pictures of '{}'; write height x width, each 1 to {}, rgb "
        "or gray, or both, as in folder@32x48:DIR and folder@32x48rgb:DIR",
        source, text, kMaxImageSide);
  form.height = *height;
  form.width = *width;
  return form;
}

Dataset load_folder(const Source& source, const fs::path& folder, Split wanted, std::int64_t limit,
                    const PictureForm& form) {
  const bool takes_share = wanted == Split::Validation && !folder_has_validation(folder);
  BadFiles bad;
  const bool is_plain = source.is_new && are_plain_pictures(folder);
  const PictureList list = is_plain
                               ? list_plain_pictures(folder, bad)
                               : list_pictures(folder, takes_share ? Split::Train : wanted, bad);
  if (list.files.empty()) bad.raise(folder);
  Reader reader(form);
  reader.look_at(list.reference);
  Dataset set;
  set.sample_shape = reader.shape();
  set.class_names = list.class_names;
  set.class_count = static_cast<int>(list.class_names.size());
  // The names are split and not the pictures, so that none is read for nothing.
  const std::vector<std::int64_t> indices =
      split_indices(source, wanted, limit, labels_of(list.files), std::ssize(list.files),
                    list.is_whole && !source.is_new);
  set.bytes.reserve(indices.size() * static_cast<std::size_t>(set.sample_size()));
  for (const std::int64_t i : indices) {
    const PictureFile& file = list.files[static_cast<std::size_t>(i)];
    try {
      reader.append(file.path, set.bytes);
      if (!is_plain) set.labels.push_back(file.label);
      set.sample_names.push_back(file.path.string());
    } catch (const UserError& error) {
      bad.add(error.what());
    }
  }
  bad.raise(folder);
  return set;
}

}  // namespace qfx::data
