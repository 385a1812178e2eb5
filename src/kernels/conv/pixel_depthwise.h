// Depthwise products of channels-last images (qfx/kernels/pixel_conv.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/conv/pixel_product.h"

namespace qfx::kernels {

// Channels of a block: its words are laid out together.
inline constexpr std::int64_t kDepthwiseBlock = 16;

// Where the two taps of a word meet the image, from an output pixel's first one on, in numbers.
struct TapPair {
  std::int64_t first, second;
};

// A row of output pixels. Taps go in pairs: two pixels interleaved channel by channel are words of
// two numbers, as the weights are, and a product of words sums two taps.
struct DepthwiseProduct {
  const std::int16_t* image;  // readable for kDepthwiseBlock numbers behind the last pixel
  std::int64_t pixel_step;    // numbers
  std::span<const TapPair> taps;
  const std::uint32_t* words;  // {blocks, taps, kDepthwiseBlock}, by depthwise_place
  std::int64_t block_words;    // from block to block; 0 where all meet the first one's
  std::int64_t pixels;
  std::int64_t channels;  // of x and y
};

// Neighbours of `offsets` in pairs, the last one with itself where they are odd.
std::vector<TapPair> pair_taps(std::span<const std::int64_t> offsets);

// The weights of two taps, of 16 bits.
constexpr std::uint32_t depthwise_word(std::int32_t first, std::int32_t second) {
  return static_cast<std::uint16_t>(first) | std::uint32_t{static_cast<std::uint16_t>(second)}
                                                 << 16;
}

// Where a block's channel has its words: in the order 0-3, 8-11, 4-7, 12-15. Vectors of 128 and of
// 256 bits, which interleave each part of 128 bits by itself, both find theirs together.
constexpr std::int64_t depthwise_place(std::int64_t channel) {
  const std::int64_t part = channel / 4;
  return channel % 4 + 4 * (part == 1 ? 2 : part == 2 ? 1 : part);
}

// The words of `weights`, {channels, taps}: two taps each, the last one's second 0 where they are
// odd.
std::vector<std::uint32_t> pack_depthwise(std::span<const std::int32_t> weights,
                                          std::int64_t channels, std::int64_t taps);

// y[i * channels + c] = sum * scales[c]; scales are powers of two, padded to whole blocks.
void multiply_depthwise(const DepthwiseProduct& product, const float* scales, float* y);
void multiply_depthwise(const DepthwiseProduct& product, const double* scales, double* y);
// The sums themselves; no scales.
void multiply_depthwise(const DepthwiseProduct& product, const void* scales, std::int32_t* y);
void multiply_depthwise(const DepthwiseProduct& product, SumShifts shifts, std::int16_t* y);
void multiply_depthwise(const DepthwiseProduct& product, SumShifts shifts, std::int8_t* y);

}  // namespace qfx::kernels
