// PNG: grey of 1 to 8 bits, RGB and palettes, without transparency, gamma not applied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/image_file.h"

namespace qfx::data {

// `file` is the whole content; `path` is for messages.
Image decode_png(const std::vector<std::uint8_t>& file, const std::string& path);

}  // namespace qfx::data
