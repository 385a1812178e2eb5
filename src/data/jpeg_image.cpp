// libjpeg's own error handler ends the process; this one leaves through longjmp. So what it jumps
// over holds no object with a destructor: the steps below are C, their state lies in the reader.
#include "data/jpeg_image.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>

#include "qfx/base/error.h"

namespace qfx::data {
namespace {

// Huffman codes have a bit at least, and a block of 8 x 8 pixels has one code at least.
constexpr std::uint64_t kMaxPixelsPerByte = 8 * 64;
// Real progressive files have about ten; each costs a pass over the picture.
constexpr int kMaxScans = 100;

class JpegReader {
 public:
  explicit JpegReader(const std::vector<std::uint8_t>& file) : file_(file) {
    decoder_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = [](j_common_ptr) {};
    decoder_.client_data = this;
  }
  ~JpegReader() { jpeg_destroy_decompress(&decoder_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // Up to the pixels. False: error() says why.
  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    jpeg_create_decompress(&decoder_);
    progress_.progress_monitor = on_progress;
    decoder_.progress = &progress_;
    jpeg_mem_src(&decoder_, file_.data(), static_cast<unsigned long>(file_.size()));
    jpeg_read_header(&decoder_, TRUE);
    return true;
  }

  // Into height * width * channels bytes.
  bool read_pixels(std::uint8_t* out) {
    if (setjmp(jump_) != 0) return false;
    decoder_.out_color_space = is_grey() ? JCS_GRAYSCALE : JCS_RGB;
    decoder_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&decoder_);
    const std::size_t row_size =
        std::size_t{decoder_.output_width} * static_cast<std::size_t>(decoder_.output_components);
    while (decoder_.output_scanline < decoder_.output_height) {
      JSAMPROW row = out + decoder_.output_scanline * row_size;
      jpeg_read_scanlines(&decoder_, &row, 1);
    }
    jpeg_finish_decompress(&decoder_);
    return true;
  }

  std::int64_t width() const { return decoder_.image_width; }
  std::int64_t height() const { return decoder_.image_height; }
  bool is_grey() const { return decoder_.jpeg_color_space == JCS_GRAYSCALE; }
  bool is_colour() const {
    return decoder_.num_components == 3 &&
           (decoder_.jpeg_color_space == JCS_YCbCr || decoder_.jpeg_color_space == JCS_RGB);
  }
  bool is_arithmetic() const { return decoder_.arith_code != 0; }
  const char* error() const { return error_; }

 private:
  static JpegReader& self(j_common_ptr common) {
    return *static_cast<JpegReader*>(common->client_data);
  }

  [[noreturn]] static void on_error(j_common_ptr common) {
    JpegReader& reader = self(common);
    common->err->format_message(common, reader.error_);
    std::longjmp(reader.jump_, 1);
  }
  // A warning is data that libjpeg had to make up: an end that is missing, a code that is none.
  static void on_message(j_common_ptr common, int level) {
    if (level < 0) on_error(common);
  }
  static void on_progress(j_common_ptr common) {
    JpegReader& reader = self(common);
    if (reader.decoder_.input_scan_number <= kMaxScans) return;
    std::snprintf(reader.error_, sizeof(reader.error_), "it has more than %d scans", kMaxScans);
    std::longjmp(reader.jump_, 1);
  }

  const std::vector<std::uint8_t>& file_;
  jpeg_decompress_struct decoder_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_;
  char error_[JMSG_LENGTH_MAX] = "";
};

}  // namespace

Image decode_jpeg(const std::vector<std::uint8_t>& file, const std::string& path) {
  JpegReader reader(file);
  const auto damaged = [&] {
    user_error("{}: this JPEG file is damaged: {}; fetch it again", path, reader.error());
  };
  if (!reader.read_header()) damaged();
  check_image_size(reader.height(), reader.width(), path);
  if (!reader.is_grey() && !reader.is_colour())
    user_error("{}: its pixels are neither grey nor red, green and blue; convert it to RGB", path);
  if (reader.is_arithmetic())
    user_error("{}: it is coded arithmetically, which few programs read; save it again", path);
  const auto pixels = static_cast<std::uint64_t>(reader.height() * reader.width());
  if (pixels / kMaxPixelsPerByte > file.size())
    user_error(
        "{}: its header claims {} x {} pixels, more than a JPEG file of {} bytes can hold; it is "
        "truncated or its header is damaged, fetch it again",
        path, reader.height(), reader.width(), file.size());
  Image image{.channels = reader.is_grey() ? 1 : 3,
              .height = reader.height(),
              .width = reader.width(),
              .pixels = {}};
  image.pixels.resize(pixels * static_cast<std::uint64_t>(image.channels));
  if (!reader.read_pixels(image.pixels.data())) damaged();
  return image;
}

}  // namespace qfx::data
