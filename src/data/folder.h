// Pictures in folders: DIR/train/CLASS/NAME.png and DIR/test/CLASS/NAME.jpg.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "qfx/data/dataset.h"

namespace qfx::data {

struct ImageSize {
  std::int64_t height = 0, width = 0;
};

// "32x48" of "folder@32x48:DIR". Raises UserError that shows `source`.
ImageSize parse_image_size(std::string_view text, const std::string& source);

// Classes are the folders in DIR/train, in the order of their names; DIR/test may lack some.
// Samples come class by turns, each class's files in the order of their names: the first of every
// class, then the second of every class. So the first samples, which limits and calibration take,
// are of all classes. Every picture has the size and channels of the first one in DIR/train, or is
// resized to `size`.
Dataset load_folder(const std::filesystem::path& folder, Split split, std::int64_t limit,
                    std::optional<ImageSize> size);

}  // namespace qfx::data
