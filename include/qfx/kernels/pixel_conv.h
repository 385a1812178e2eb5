// Exact convolution of channels-last images: of raw bytes, or of floating-point values that are raw
// integers times a power of two, as training holds them. The sums are integers in both.
//
// A pixel's channels lie together, so a convolution is a matrix product without a copy of any
// window: a row of A is an output pixel, whose words lie at fixed distances in the padded image; a
// column of B is an output channel. Depthwise, a vector of channels meets the same vector of
// weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "qfx/kernels/int_conv.h"

namespace qfx::kernels {

// One group, or depthwise. Inputs and weights fit 16 bits and the caller proves that every sum fits
// 32 bits and the type of y. Bytes are multiplied as bytes where the machine can do so exactly.
class PixelConv {
 public:
  static bool takes(const ConvShape& shape) { return shape.groups == 1 || shape.is_depthwise(); }

  // weights: raw, {out_channels, group_channels, kernel_height, kernel_width}. Raw inputs lie in
  // lo..hi. frac_bits of x, and of every output channel's weights or of all of them (one entry).
  PixelConv(const ConvShape& shape, std::span<const std::int32_t> weights, std::int64_t lo,
            std::int64_t hi, int x_frac_bits, std::span<const int> weight_frac_bits);
  ~PixelConv();
  PixelConv(PixelConv&&) noexcept;

  // An image for run() to work in, any number of times, one after another.
  std::vector<std::int16_t> scratch() const;

  // Whether the products are of bytes.
  bool of_bytes() const;

  // x: {height, width, channels}; y: {out_height, out_width, out_channels}. T and Y are float or
  // double; or T is uint8_t or int8_t, the raw values, and Y int32_t, their raw sums. scratch: the
  // data of a scratch().
  template <class T, class Y>
  void run(const T* x, Y* y, std::int16_t* scratch) const;

  // The same in parts, for who uses the sums while they lie in the cache. An image is padded once
  // and then laid out any number of times; T is uint8_t, int8_t or int16_t.
  std::size_t image_bytes() const;
  void pad(std::byte* image) const;
  template <class T>
  void lay_out(const T* x, std::byte* image) const;
  // Whether x itself is the image: nothing to pad or to convert.
  template <class T>
  bool is_image() const;
  // y: {rows, out_width, out_channels} from row `first` on, of int32_t, the sums; or of int16_t or
  // int8_t where narrow_sums() has said how they become that.
  template <class Y>
  void multiply(const std::byte* image, std::int64_t first, std::int64_t rows, Y* y) const;
  // Sums of output channel o become (sum + start[o]) >> shift[o], rounded down and saturated; the
  // caller proves that the sum in brackets fits 32 bits. shift: 0 to 31.
  void narrow_sums(std::span<const std::int32_t> start, std::span<const std::int32_t> shift);
  // Rows whose sums and weights the caches hold together.
  std::int64_t block_rows() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfx::kernels
