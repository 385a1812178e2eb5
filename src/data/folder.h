// Pictures in folders: DIR/train/CLASS/NAME.png and DIR/test/CLASS/NAME.jpg, or DIR/CLASS/NAME.png.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "qfx/data/dataset.h"

namespace qfx::data {

// What pictures are made into; 0: what they are, which must then be the same of all.
struct PictureForm {
  std::int64_t height = 0, width = 0;
  std::int64_t channels = 0;  // 1 or 3
};

// "32x48", "rgb", "gray" or "32x48rgb" of "folder@32x48rgb:DIR". Raises UserError that shows
// `source`.
PictureForm parse_picture_form(std::string_view text, const std::string& source);

// Classes are the folders in DIR/train (in DIR, where neither train nor test is there), in the
// order of their names; the other splits may lack some. Samples come class by turns, each class's
// files in the order of their names: the first of every class, then the second of every class. So
// the first samples, which limits and calibration take, are of all classes. Every picture has the
// form of the first one in DIR/train, or is made so. All files that cannot be samples are told at
// once.
Dataset load_folder(const Source& source, const std::filesystem::path& folder, Split split,
                    std::int64_t limit, const PictureForm& form);

}  // namespace qfx::data
