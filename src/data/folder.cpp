#include "data/folder.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "data/image_file.h"
#include "data/npy.h"
#include "data/resize.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderHelp =
    "a folder set holds train/CLASS/*.png (or .jpg, .jpeg) and test/CLASS/*.png";

// What lies in a folder and is not hidden, in the order of the names' bytes.
std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> all;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().native().front() != '.') all.push_back(it->path());
  }
  if (error)
    user_error("{}: this folder cannot be read: {}; {}", folder.string(), error.message(),
               kFolderHelp);
  std::sort(all.begin(), all.end());
  return all;
}

bool is_picture_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

std::vector<fs::path> class_folders(const fs::path& split) {
  std::vector<fs::path> folders = entries(split);
  for (const fs::path& path : folders) {
    if (!is_folder(path))
      user_error("{}: a folder for each class is expected here, and this is none; {}",
                 path.string(), kFolderHelp);
  }
  if (folders.empty()) user_error("{}: it holds no class folders; {}", split.string(), kFolderHelp);
  if (folders.size() > kMaxClasses)
    user_error("{}: it holds {} class folders; at most {} are allowed", split.string(),
               folders.size(), kMaxClasses);
  return folders;
}

std::vector<fs::path> pictures(const fs::path& folder) {
  std::vector<fs::path> files = entries(folder);
  for (const fs::path& path : files) {
    if (is_folder(path) || !is_picture_name(path))
      user_error("{}: pictures named .png, .jpg or .jpeg are expected here; move it elsewhere",
                 path.string());
  }
  if (files.empty())
    user_error("{}: this class has no pictures; add some, or remove the folder", folder.string());
  return files;
}

struct Sample {
  fs::path file;
  std::int32_t label = 0;
};

// Class by turns.
std::vector<Sample> samples_of(
    const std::vector<std::pair<std::int32_t, std::vector<fs::path>>>& classes) {
  std::vector<Sample> samples;
  for (std::size_t turn = 0;; ++turn) {
    const std::size_t before = samples.size();
    for (const auto& [label, files] : classes) {
      if (turn < files.size()) samples.push_back({files[turn], label});
    }
    if (samples.size() == before) return samples;
  }
}

class Reader {
 public:
  Reader(fs::path reference, std::optional<ImageSize> size)
      : reference_(std::move(reference)), size_(size), like_(read(reference_)) {
    like_.pixels.clear();
  }

  std::vector<std::int64_t> shape() const { return {like_.channels, like_.height, like_.width}; }

  // Channel by channel.
  void append(const fs::path& file, std::vector<std::uint8_t>& bytes) const {
    const Image image = read(file);
    if (image.channels != like_.channels)
      user_error("{}: it is {}, and {} is {}; all pictures of a set are grey or all in colour",
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
    return size_ ? resize(image, size_->height, size_->width) : image;
  }

  fs::path reference_;
  std::optional<ImageSize> size_;
  Image like_;
};

}  // namespace

ImageSize parse_image_size(std::string_view text, const std::string& source) {
  const auto number = [&](std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
    if (!is_whole || value < 1 || value > kMaxImageSide)
      user_error(
          "the data source '{}' asks for pictures of '{}'; write height x width, each 1 to {}, as "
          "in folder@32x48:DIR",
          source, text, kMaxImageSide);
    return value;
  };
  const std::size_t cross = text.find('x');
  const bool is_pair = cross != std::string_view::npos;
  return {number(text.substr(0, cross)), number(is_pair ? text.substr(cross + 1) : "")};
}

Dataset load_folder(const fs::path& folder, Split split, std::int64_t limit,
                    std::optional<ImageSize> size) {
  const std::vector<fs::path> known = class_folders(folder / "train");
  const std::vector<fs::path> here = split == Split::Train ? known : class_folders(folder / "test");
  std::vector<std::pair<std::int32_t, std::vector<fs::path>>> classes;
  for (const fs::path& path : here) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const fs::path& other) {
      return other.filename() == path.filename();
    });
    if (same == known.end())
      user_error("{}: there is no class of this name in {}; the classes are those of train",
                 path.string(), (folder / "train").string());
    classes.emplace_back(static_cast<std::int32_t>(same - known.begin()), pictures(path));
  }
  std::vector<Sample> samples = samples_of(classes);
  if (limit > 0 && limit < std::ssize(samples)) samples.resize(static_cast<std::size_t>(limit));

  const Reader reader(
      split == Split::Train ? samples.front().file : pictures(known.front()).front(), size);
  Dataset set;
  set.sample_shape = reader.shape();
  set.class_count = static_cast<int>(known.size());
  set.bytes.reserve(samples.size() * static_cast<std::size_t>(set.sample_size()));
  for (const Sample& sample : samples) {
    reader.append(sample.file, set.bytes);
    set.labels.push_back(sample.label);
  }
  return set;
}

}  // namespace qfx::data
