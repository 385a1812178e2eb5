#include "kernels/conv/word_image.h"

#include <algorithm>

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

std::int64_t ceil_div(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

}  // namespace

WordImage::WordImage(const ConvShape& shape, int per_word) : shape_(shape), per_word_(per_word) {
  const ConvShape& s = shape_;
  QFX_ASSERT(s.channels % s.groups == 0 && s.out_channels % s.groups == 0);
  QFX_ASSERT(s.out_height() > 0 && s.out_width() > 0);
  planes_ = ceil_div(s.group_channels(), per_word);
  // Note [Word images]: without a stride, rows share their padding.
  pitch_ = s.stride_width == 1 ? s.width + s.pad_width
                               : ceil_div(s.width + 2 * s.pad_width, s.stride_width);
  phase_height_ = ceil_div(s.height + 2 * s.pad_height, s.stride_height);
  has_neighbour_ = per_word == 2 && s.group_channels() % 2 == 1;

  for (std::int64_t plane = 0; plane < planes_; ++plane) {
    const bool paired_taps = has_neighbour_ && plane == planes_ - 1;
    for (std::int64_t ky = 0; ky < s.kernel_height; ++ky) {
      for (std::int64_t kx = 0; kx < s.kernel_width; kx += paired_taps ? 2 : 1) {
        WordWeights weights;
        for (int i = 0; i < per_word; ++i) {
          const std::int64_t channel = plane * per_word + (paired_taps ? 0 : i);
          const std::int64_t tap_x = kx + (paired_taps ? i : 0);
          const bool is_there = channel < s.group_channels() && tap_x < s.kernel_width;
          weights.index.push_back(
              is_there ? (channel * s.kernel_height + ky) * s.kernel_width + tap_x : -1);
        }
        add_row(plane, ky, kx, std::move(weights));
      }
    }
  }
}

void WordImage::add_row(std::int64_t plane, std::int64_t ky, std::int64_t kx, WordWeights weights) {
  const std::int64_t y = ky * shape_.dilation_height, x = kx * shape_.dilation_width;
  const std::int64_t phase =
      y % shape_.stride_height * shape_.stride_width + x % shape_.stride_width;
  rows_.push_back(plane * plane_words() + phase * phase_words() +
                  y / shape_.stride_height * pitch_ + x / shape_.stride_width);
  weights_.push_back(std::move(weights));
}

template <class In>
void WordImage::add_channel(const In* channel, std::int64_t plane, int shift, std::int64_t right,
                            bool signs, std::uint32_t* words) const {
  const ConvShape& s = shape_;
  const std::uint32_t mask = per_word_ == 1 ? ~0u : (1u << (32 / per_word_)) - 1;
  for (std::int64_t y = 0; y < s.height; ++y, channel += s.width) {
    const std::int64_t padded_y = y + s.pad_height;
    std::uint32_t* row = words + plane * plane_words() +
                         padded_y % s.stride_height * s.stride_width * phase_words() +
                         padded_y / s.stride_height * pitch_;
    for (std::int64_t phase = 0; phase < s.stride_width; ++phase, row += phase_words()) {
      // Word n holds pixel n * stride + phase - pad + right.
      const std::int64_t offset = phase - s.pad_width + right;
      const std::int64_t first = offset >= 0 ? 0 : ceil_div(-offset, s.stride_width);
      const std::int64_t last = std::min(ceil_div(s.width - offset, s.stride_width), pitch_);
      if (first < last)
        mix_row(channel + first * s.stride_width + offset, last - first, s.stride_width, mask,
                signs, shift, row + first);
    }
  }
}

template <class In>
void WordImage::lay_out(const In* x, std::uint32_t padding, bool signs,
                        std::uint32_t* words) const {
  std::fill_n(words, this->words(), padding);
  const int bits = 32 / per_word_;
  const std::int64_t pixels = shape_.height * shape_.width;
  for (std::int64_t group = 0; group < shape_.groups; ++group, words += group_words()) {
    for (std::int64_t c = 0; c < shape_.group_channels(); ++c, x += pixels) {
      const std::int64_t plane = c / per_word_;
      add_channel(x, plane, static_cast<int>(c % per_word_) * bits, 0, signs, words);
      if (has_neighbour_ && c + 1 == shape_.group_channels())
        add_channel(x, plane, bits, shape_.dilation_width, signs, words);
    }
  }
}

template void WordImage::lay_out(const std::int8_t*, std::uint32_t, bool, std::uint32_t*) const;
template void WordImage::lay_out(const std::uint8_t*, std::uint32_t, bool, std::uint32_t*) const;
template void WordImage::lay_out(const std::int16_t*, std::uint32_t, bool, std::uint32_t*) const;
template void WordImage::lay_out(const std::int32_t*, std::uint32_t, bool, std::uint32_t*) const;

void pack_word_weights(const WordImage& image, const std::int32_t* weights, int bits,
                       std::uint32_t* out) {
  const std::uint32_t mask = bits == 32 ? ~0u : (1u << bits) - 1;
  for (const WordWeights& word : image.weights()) {
    std::uint32_t packed = 0;
    for (std::size_t i = 0; i < word.index.size(); ++i)
      if (word.index[i] >= 0)
        packed |= (static_cast<std::uint32_t>(weights[word.index[i]]) & mask)
                  << (static_cast<int>(i) * bits);
    *out++ = packed;
  }
}

}  // namespace qfx::kernels
