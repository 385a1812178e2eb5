// JPEG: grey and colour, baseline or progressive, by the slow exact inverse transform; an
// orientation in its EXIF data is not applied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/image_file.h"

namespace qfx::data {

// `file` is the whole content; `path` is for messages.
Image decode_jpeg(const std::vector<std::uint8_t>& file, const std::string& path);

}  // namespace qfx::data
