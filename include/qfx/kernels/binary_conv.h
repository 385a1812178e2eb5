// Exact convolution of bit planes (bit_planes.h) with weights of -1 and +1, by XOR and counting.
// What lies outside an image adds 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "qfx/kernels/bit_planes.h"
#include "qfx/kernels/int_conv.h"

namespace qfx::kernels {

// As in PixelConv (pixel_conv.h), a row of the matrix product is an output pixel, whose words lie
// at fixed distances in the padded image, and a column is an output channel.
class BinaryConv {
 public:
  // Whether 32 bits hold the sums of so many products with values of so many planes.
  static bool takes(std::int64_t products, int planes) {
    return products <= INT32_MAX / ((1 << planes) - 1);
  }

  // weights: {out_channels, group_channels, kernel_height, kernel_width}, each -1 or +1.
  // gates: of every output channel, or empty. With them, and two planes, an output is the sum of
  // the products with the upper plane alone, twice its signs, where that is not above the gate;
  // else the sum of the products with the values (the fractional convolution of FracBNN,
  // arXiv:2012.12206). With one plane it is the lower of the two, and multiply() is given the
  // sums of the products with the upper one's signs.
  BinaryConv(const ConvShape& shape, int planes, std::span<const std::int32_t> weights,
             std::span<const std::int64_t> gates = {});
  ~BinaryConv();
  BinaryConv(BinaryConv&&) noexcept;

  // Of the input.
  BitPlanes planes() const;

  // An image is padded once and then laid out any number of times.
  std::size_t image_bytes() const;
  void pad(std::byte* image) const;
  void lay_out(const std::uint16_t* x, std::byte* image) const;
  // sums: {rows, out_width, out_channels} from row `first` on.
  // upper_sums: where these are given, likewise.
  void multiply(const std::byte* image, std::int64_t first, std::int64_t rows, std::int32_t* sums,
                const std::int16_t* upper_sums = nullptr) const;
  // Rows whose sums the first-level cache holds.
  std::int64_t block_rows() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qfx::kernels
