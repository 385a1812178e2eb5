// Depthwise convolution of images whose channels lie apart, one after another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/conv/pixel_depthwise.h"

#include "qfx/kernels/int_conv.h"

namespace qfx::kernels {

// The product of pixel_depthwise.h turned by a quarter: its "pixels" are the rows of a channel's
// output, its "channels" the columns of one, and all of them meet the same weights. A stride s
// splits a row into s phases, so that neighbours of the output are neighbours in memory.
class DepthwisePlanes {
 public:
  // A depthwise shape: several outputs per channel gain from the common image of int_gemm.h.
  // weights: {channels, taps}, of 16 bits, as are the inputs.
  DepthwisePlanes(const ConvShape& shape, std::span<const std::int32_t> weights);

  // Numbers of the image that lay_out() fills.
  std::int64_t image_size() const { return shape_.channels * plane_ + kDepthwiseBlock; }
  template <class In>
  void lay_out(const In* x, std::int16_t* image) const;

  // Rows of an output whose sums stay in the first-level cache, and from row to row of them: whole
  // vectors.
  std::int64_t block_rows() const;
  std::int64_t sums_pitch() const {
    return (shape_.out_width() + kDepthwiseBlock - 1) / kDepthwiseBlock * kDepthwiseBlock;
  }
  // sums: {rows, sums_pitch} of a channel from `row` on, modulo 2^32; what lies beyond out_width is
  // no sum.
  void multiply(const std::int16_t* image, std::int64_t channel, std::int64_t row,
                std::int64_t rows, std::int32_t* sums) const;

 private:
  ConvShape shape_;
  std::int64_t pitch_, phase_, plane_;  // numbers of a row, of all rows of a phase, of all phases
  std::vector<TapPair> taps_;
  std::vector<std::uint32_t> words_;  // {channels, taps, kDepthwiseBlock}, of a block all equal
};

}  // namespace qfx::kernels
