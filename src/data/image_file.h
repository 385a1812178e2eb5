// One picture file, PNG or JPEG, to bytes. What is in it comes from strangers: sizes are checked
// against the file before anything is allocated, and damage is a UserError that names the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace qfx::data {

// Far beyond what a network takes; keeps every product of sizes here within 63 bits.
inline constexpr std::int64_t kMaxImageSide = 8192;

struct Image {
  std::int64_t channels = 0;  // 1 grey, 3 red, green, blue
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> pixels;  // row-major {height, width, channels}, as the files have them
};

// By the file's first bytes, whatever its name (png_image.h, jpeg_image.h).
Image read_image(const std::filesystem::path& path);

// Grey as three equal planes; colours as grey by ITU-R 601, (19595 R + 38470 G + 7471 B) / 2^16
// rounded, as Pillow does it. channels: 1 or 3.
Image with_channels(Image image, std::int64_t channels);

// Raises UserError where a side is 0 or more than kMaxImageSide.
void check_image_size(std::int64_t height, std::int64_t width, const std::string& path);

}  // namespace qfx::data
