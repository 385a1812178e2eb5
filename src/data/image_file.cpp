#include "data/image_file.h"

#include <algorithm>
#include <array>

#include "data/input_file.h"
#include "data/jpeg_image.h"
#include "data/png_image.h"

namespace qfx::data {
namespace {

constexpr std::array<std::uint8_t, 8> kPngStart{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 3> kJpegStart{0xff, 0xd8, 0xff};
// A picture of the largest size allowed, stored without any compression.
constexpr std::uint64_t kMaxFileSize = std::uint64_t{4} * kMaxImageSide * kMaxImageSide;

template <std::size_t kSize>
bool starts_with(const std::vector<std::uint8_t>& file,
                 const std::array<std::uint8_t, kSize>& start) {
  return file.size() >= kSize && std::equal(start.begin(), start.end(), file.begin());
}

}  // namespace

Image read_image(const std::filesystem::path& path) {
  InputFile file(path);
  const std::uint64_t size = std::filesystem::file_size(path);
  if (size > kMaxFileSize)
    file.fail("it has {} bytes, and a picture of {} x {} pixels has at most {}", size,
              kMaxImageSide, kMaxImageSide, kMaxFileSize);
  const std::vector<std::uint8_t> content = file.read(size, "the picture");
  if (starts_with(content, kPngStart)) return decode_png(content, path.string());
  if (starts_with(content, kJpegStart)) return decode_jpeg(content, path.string());
  file.fail(
      "it begins like neither a PNG nor a JPEG file; convert it to one of them, or remove it");
}

Image with_channels(Image image, std::int64_t channels) {
  QFX_ASSERT(channels == 1 || channels == 3);
  if (image.channels == channels) return image;
  std::vector<std::uint8_t> pixels;
  pixels.reserve(image.pixels.size() / static_cast<std::size_t>(image.channels) *
                 static_cast<std::size_t>(channels));
  if (channels == 3) {
    for (const std::uint8_t grey : image.pixels) pixels.insert(pixels.end(), 3, grey);
  } else {
    for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
      const std::uint32_t grey = 19595u * image.pixels[i] + 38470u * image.pixels[i + 1] +
                                 7471u * image.pixels[i + 2] + 0x8000u;
      pixels.push_back(static_cast<std::uint8_t>(grey >> 16));
    }
  }
  image.pixels = std::move(pixels);
  image.channels = channels;
  return image;
}

void check_image_size(std::int64_t height, std::int64_t width, const std::string& path) {
  if (height >= 1 && width >= 1 && height <= kMaxImageSide && width <= kMaxImageSide) return;
  user_error("{}: its header claims {} x {} pixels; sides of 1 to {} are allowed", path, height,
             width, kMaxImageSide);
}

}  // namespace qfx::data
