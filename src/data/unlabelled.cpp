#include "qfx/data/unlabelled.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "data/image_file.h"
#include "data/npy.h"
#include "data/npy_array.h"
#include "data/npy_values.h"
#include "data/picture_list.h"
#include "data/resize.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;
using Sizes = std::vector<std::int64_t>;

// The array is one sample: it has the input's shape, with or without a first axis of 1.
bool is_one_sample(const std::vector<std::uint64_t>& array, const Sizes& input) {
  const Sizes shape(array.begin(), array.end());
  return shape == input ||
         (input.size() > 1 && input[0] == 1 && shape == Sizes(input.begin() + 1, input.end()));
}

Dataset load_array(const std::string& path, const Sizes& input, Layout layout, std::int64_t limit) {
  InputFile header_file(path);
  const NpyHeader header = read_npy_header(header_file);
  InputFile file(path);
  Dataset set;
  if (!is_one_sample(header.shape, input)) {
    read_npy_samples(file, static_cast<std::uint64_t>(limit), layout, set);
    return set;
  }
  NpyArray array = read_npy(file, 0);
  set.sample_shape = input;
  bool changed = false;
  if (header.kind == 'u' && header.item_size == 1)
    set.bytes = std::move(array.bytes);
  else
    set.floats = npy_floats(file, array, changed);
  return set;
}

// Channel by channel.
void append(const Image& image, std::vector<std::uint8_t>& bytes) {
  const std::int64_t count = image.height * image.width;
  for (std::int64_t c = 0; c < image.channels; ++c)
    for (std::int64_t i = 0; i < count; ++i)
      bytes.push_back(image.pixels[static_cast<std::size_t>(i * image.channels + c)]);
}

Dataset load_pictures(const std::string& path, const std::vector<fs::path>& files, BadFiles& bad,
                      const Sizes& input) {
  if (input.size() != 3 || (input[0] != 1 && input[0] != 3))
    user_error(
        "{}: these are pictures, and the model takes samples of shape [{}]; pictures fit an input "
        "of [1, height, width] or [3, height, width]",
        path, fmt::join(input, ", "));
  Dataset set;
  set.sample_shape = input;
  std::int64_t resized = 0;
  for (const fs::path& file : files) {
    try {
      Image image = with_channels(read_image(file), input[0]);
      if (image.height != input[1] || image.width != input[2]) {
        image = resize(image, input[1], input[2]);
        ++resized;
      }
      append(image, set.bytes);
      set.sample_names.push_back(file.string());
    } catch (const UserError& error) {
      bad.add(error.what());
    }
  }
  bad.raise(path);
  if (resized > 0)
    set.notes.push_back(fmt::format("{} of {} pictures are resized to the model's {} x {} pixels",
                                    resized, files.size(), input[1], input[2]));
  return set;
}

}  // namespace

bool is_unlabelled(const std::string& path) {
  if (is_file(path)) return fs::path(path).extension() == ".npy" || is_picture_name(path);
  return is_folder(path) && are_plain_pictures(path);
}

Dataset load_unlabelled(const std::string& path, const Sizes& input, Layout layout,
                        std::int64_t limit) {
  Dataset set;
  if (is_file(path) && !is_picture_name(path)) {
    set = load_array(path, input, layout, limit);
  } else {
    BadFiles bad;
    std::vector<fs::path> files{path};
    if (is_folder(path)) {
      files.clear();
      for (const PictureFile& file : list_plain_pictures(path, bad).files)
        files.push_back(file.path);
    }
    if (limit > 0 && limit < std::ssize(files)) files.resize(static_cast<std::size_t>(limit));
    set = load_pictures(path, files, bad, input);
  }
  set.name = path;
  return set;
}

}  // namespace qfx::data
