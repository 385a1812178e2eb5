// libpng leaves through longjmp on an error. So what it calls into and jumps over holds no object
// with a destructor: the two steps below are C, and their state lies in the reader around them.
#include "data/png_image.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <png.h>

#include "qfx/base/error.h"

namespace qfx::data {
namespace {

// Deflate cannot pack more than 1032 bytes into one (zlib's technical notes).
constexpr std::uint64_t kMaxDeflateRatio = 1032;
// Of one text, profile or palette chunk.
constexpr png_alloc_size_t kMaxChunk = png_alloc_size_t{8} << 20;

class PngReader {
 public:
  explicit PngReader(const std::vector<std::uint8_t>& file) : at_(file.data()), left_(file.size()) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) throw std::bad_alloc();
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  // Up to the pixels. False: error() says why.
  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    png_set_read_fn(png_, this, on_read);
    png_set_chunk_malloc_max(png_, kMaxChunk);
    png_read_info(png_, info_);
    return true;
  }

  // rows: one pointer per row to width * channels bytes. Expands what has less than a byte a pixel.
  bool read_pixels(png_bytepp rows) {
    if (setjmp(jump_) != 0) return false;
    png_set_palette_to_rgb(png_);  // of the other colour types it does nothing
    png_set_expand_gray_1_2_4_to_8(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  std::int64_t width() const { return png_get_image_width(png_, info_); }
  std::int64_t height() const { return png_get_image_height(png_, info_); }
  int bit_depth() const { return png_get_bit_depth(png_, info_); }
  bool is_grey() const { return png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY; }
  bool has_transparency() const {
    return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 ||
           png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
  }
  // Of the stored rows, before deflate.
  std::uint64_t stored_size() const {
    return static_cast<std::uint64_t>(height()) * png_get_rowbytes(png_, info_);
  }
  const char* error() const { return error_; }

 private:
  static PngReader& self(png_voidp pointer) { return *static_cast<PngReader*>(pointer); }

  [[noreturn]] static void on_error(png_structp png, png_const_charp text) {
    PngReader& reader = self(png_get_error_ptr(png));
    std::snprintf(reader.error_, sizeof(reader.error_), "%s", text);
    std::longjmp(reader.jump_, 1);
  }
  // Of chunks that say nothing about the pixels.
  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep out, std::size_t size) {
    PngReader& reader = self(png_get_io_ptr(png));
    if (size > reader.left_) png_error(png, "the file ends early, it is truncated");
    std::copy_n(reader.at_, size, out);
    reader.at_ += size;
    reader.left_ -= size;
  }

  const std::uint8_t* at_;
  std::size_t left_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_;
  char error_[200] = "";
};

}  // namespace

Image decode_png(const std::vector<std::uint8_t>& file, const std::string& path) {
  PngReader reader(file);
  const auto damaged = [&] {
    user_error("{}: this PNG file is damaged: {}; fetch it again", path, reader.error());
  };
  if (!reader.read_header()) damaged();
  check_image_size(reader.height(), reader.width(), path);
  if (reader.has_transparency())
    user_error("{}: it has transparency, and a sample has none; save it without an alpha channel",
               path);
  if (reader.bit_depth() > 8)
    user_error("{}: it has {} bits per channel; save it with 8", path, reader.bit_depth());
  if (reader.stored_size() / kMaxDeflateRatio > file.size())
    user_error(
        "{}: its header claims {} x {} pixels, more than a PNG file of {} bytes can hold; it is "
        "truncated or its header is damaged, fetch it again",
        path, reader.height(), reader.width(), file.size());
  Image image{.channels = reader.is_grey() ? 1 : 3,
              .height = reader.height(),
              .width = reader.width(),
              .pixels = {}};
  const auto row_size = static_cast<std::size_t>(image.width * image.channels);
  image.pixels.resize(static_cast<std::size_t>(image.height) * row_size);
  std::vector<png_bytep> rows;
  for (std::int64_t y = 0; y < image.height; ++y) {
    rows.push_back(image.pixels.data() + static_cast<std::size_t>(y) * row_size);
  }
  if (!reader.read_pixels(rows.data())) damaged();
  return image;
}

}  // namespace qfx::data
