// PNG and JPEG files for tests, written by the libraries themselves.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <png.h>
#include <string>
#include <vector>

#include "qfx/base/error.h"

namespace qfx::test {

// pixels: row-major, channels together; 2 and 4 channels have an alpha.
inline std::string png_file(int height, int width, int channels,
                            const std::vector<std::uint8_t>& pixels) {
  constexpr png_uint_32 kFormats[] = {PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB,
                                      PNG_FORMAT_RGBA};
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = kFormats[channels - 1];
  std::string file(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = file.size();
  if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
    internal_error("libpng: {}", image.message);
  file.resize(size);
  return file;
}

// 16 bits per channel.
inline std::string deep_png_file(int height, int width) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_LINEAR_Y;
  const std::vector<std::uint16_t> pixels(static_cast<std::size_t>(height * width), 1000);
  std::string file(PNG_IMAGE_PNG_SIZE_MAX(image) + 4096, '\0');
  png_alloc_size_t size = file.size();
  if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
    internal_error("libpng: {}", image.message);
  file.resize(size);
  return file;
}

// Colours by number; the file stores a palette with one byte or less a pixel.
inline std::string palette_png_file(int height, int width, const std::vector<std::uint8_t>& colours,
                                    const std::vector<std::uint8_t>& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = static_cast<png_uint_32>(colours.size() / 3);
  std::string file(PNG_IMAGE_PNG_SIZE_MAX(image) + 4096, '\0');
  png_alloc_size_t size = file.size();
  if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, colours.data()) ==
      0)
    internal_error("libpng: {}", image.message);
  file.resize(size);
  return file;
}

// channels: 1 grey, 3 colour, 4 CMYK.
inline std::string jpeg_file(int height, int width, int channels,
                             const std::vector<std::uint8_t>& pixels, bool progressive = false) {
  jpeg_compress_struct coder{};
  jpeg_error_mgr errors{};
  coder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&coder);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&coder, &memory, &size);
  coder.image_width = static_cast<JDIMENSION>(width);
  coder.image_height = static_cast<JDIMENSION>(height);
  coder.input_components = channels;
  coder.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&coder);
  jpeg_set_quality(&coder, 100, TRUE);
  if (progressive) jpeg_simple_progression(&coder);
  jpeg_start_compress(&coder, TRUE);
  while (coder.next_scanline < coder.image_height) {
    auto* row = const_cast<JSAMPROW>(pixels.data() + static_cast<std::size_t>(coder.next_scanline) *
                                                         width * channels);
    jpeg_write_scanlines(&coder, &row, 1);
  }
  jpeg_finish_compress(&coder);
  jpeg_destroy_compress(&coder);
  std::string file(reinterpret_cast<const char*>(memory), size);
  std::free(memory);
  return file;
}

}  // namespace qfx::test
