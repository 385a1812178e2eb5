// Exact convolution with weights of -1 and +1 of an image that thresholds spread over many channels
// of -1 and +1 (SpreadPacker): what a channel of the image itself adds to the outputs depends on
// which of its thresholds it has reached, and is looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "qfx/kernels/int_conv.h"

namespace qfx::kernels {

class SpreadConv {
 public:
  // Whether the first-level cache holds the tables and 16 bits every sum. shape: of the spread
  // image, whose channels are `levels` for each one of x, which lies in lo..hi.
  static bool takes(const ConvShape& shape, std::int64_t levels, std::int64_t lo, std::int64_t hi);

  // thresholds: of every channel of the spread image, +1 where x is not below. weights:
  // {out_channels, channels, kernel_height, kernel_width}, each -1 or +1.
  SpreadConv(const ConvShape& shape, std::int64_t levels, std::span<const std::int32_t> thresholds,
             std::span<const std::int32_t> weights, std::int64_t lo, std::int64_t hi);
  ~SpreadConv();
  SpreadConv(SpreadConv&&) noexcept;

  // An image is padded once and then laid out any number of times.
  std::size_t image_bytes() const;
  void pad(std::byte* image) const;
  // x: {height, width, channels / levels} of int8_t, uint8_t, int16_t, uint16_t or int32_t.
  template <class In>
  void lay_out(const In* x, std::byte* image) const;
  // sums: {rows, out_width, out_channels} from row `first` on.
  void multiply(const std::byte* image, std::int64_t first, std::int64_t rows,
                std::int32_t* sums) const;
  // Rows whose sums the first-level cache holds.
  std::int64_t block_rows() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfx::kernels
