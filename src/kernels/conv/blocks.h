// How the output of a convolution is cut into products.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/conv/word_image.h"

#include "qfx/kernels/int_gemm.h"

namespace qfx::kernels {

// Some rows of some channels of one group.
struct BlockPlace {
  std::int64_t group, channel, channels, row, rows;
};

class ConvBlocks {
 public:
  explicit ConvBlocks(const WordImage& image) : shape_(image.shape()), pitch_(image.pitch()) {
    rows_ = best_rows(image);
    row_blocks_ = (shape_.out_height() + rows_ - 1) / rows_;
    channel_blocks_ = (shape_.group_outputs() + kChannels - 1) / kChannels;
  }

  std::int64_t count() const { return shape_.groups * row_blocks_ * channel_blocks_; }
  // Columns of `rows` output rows, the last row's surplus left out.
  std::int64_t columns(std::int64_t rows) const { return (rows - 1) * pitch_ + shape_.out_width(); }
  std::int64_t stride() const { return round_up(columns(rows_), kColumnPad); }
  std::int64_t most_channels() const { return std::min(kChannels, shape_.group_outputs()); }

  // Blocks of the same rows follow each other: their part of the image stays in the cache.
  BlockPlace at(std::int64_t index) const {
    const std::int64_t channel = index % channel_blocks_ * kChannels;
    const std::int64_t row = index / channel_blocks_ % row_blocks_ * rows_;
    return {index / (channel_blocks_ * row_blocks_), channel,
            std::min(kChannels, shape_.group_outputs() - channel), row,
            std::min(rows_, shape_.out_height() - row)};
  }

 private:
  // Channels of a block, so that its sums are still in the first-level cache when they are used;
  // whole tiles of six.
  static constexpr std::int64_t kChannels = 24;
  // Words of the image that a product reads at a time, in half the first-level cache.
  static constexpr std::int64_t kImageWords = 4096;
  static constexpr std::int64_t kMostColumns = 256;

  // The rows whose columns waste the fewest lanes. A product costs some lanes' time by itself.
  std::int64_t best_rows(const WordImage& image) const {
    constexpr std::int64_t kLanes = 8, kProductCost = 8;
    const std::int64_t planes =
        std::min(image.planes(), std::max<std::int64_t>(kDepthBlock / shape_.taps(), 1));
    std::int64_t best = 1;
    double best_cost = std::numeric_limits<double>::infinity();
    for (std::int64_t rows = 1; rows <= shape_.out_height(); ++rows) {
      const std::int64_t input_rows =
          (rows - 1) * shape_.stride_height + shape_.kernel_height * shape_.dilation_height;
      const bool fits = columns(rows) <= kMostColumns &&
                        planes * input_rows * pitch_ * shape_.stride_width <= kImageWords;
      if (rows > 1 && !fits) break;
      const std::int64_t lanes = round_up(columns(rows), kLanes) + kProductCost;
      const double cost = static_cast<double>(lanes * ((shape_.out_height() + rows - 1) / rows));
      if (cost < best_cost) {
        best_cost = cost;
        best = rows;
      }
    }
    return best;
  }

  ConvShape shape_;
  std::int64_t pitch_, rows_ = 1, row_blocks_ = 1, channel_blocks_ = 1;
};

}  // namespace qfx::kernels
