#include "kernels/conv/word_image.h"

#include <algorithm>

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

std::int64_t ceil_div(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

struct Span {
  std::int64_t first, last;
};

// The n >= 0 whose pixel n * stride + offset lies in 0 .. size - 1.
Span in_phase(std::int64_t size, std::int64_t stride, std::int64_t offset) {
  return {offset >= 0 ? 0 : ceil_div(-offset, stride),
          offset >= size ? 0 : ceil_div(size - offset, stride)};
}

}  // namespace

WordImage::WordImage(const ConvShape& shape, int per_word) : shape_(shape), per_word_(per_word) {
  const ConvShape& s = shape_;
  QFX_ASSERT(s.channels % s.groups == 0 && s.out_channels % s.groups == 0);
  QFX_ASSERT(s.out_height() > 0 && s.out_width() > 0);
  planes_ = ceil_div(s.group_channels(), per_word);
  // Note [Word images]: without a stride, rows share their padding.
  pitch_ = s.stride_width == 1 ? s.width + std::max(s.pad_left, s.pad_right)
                               : ceil_div(s.width + s.pad_left + s.pad_right, s.stride_width);
  phase_height_ = ceil_div(s.height + s.pad_top + s.pad_bottom, s.stride_height);
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
                            std::uint32_t* words) const {
  const ConvShape& s = shape_;
  const std::uint32_t mask = per_word_ == 1 ? ~0u : (1u << (32 / per_word_)) - 1;
  for (std::int64_t py = 0; py < s.stride_height; ++py) {
    const Span rows = in_phase(s.height, s.stride_height, py - s.pad_top);
    for (std::int64_t px = 0; px < s.stride_width; ++px) {
      Span columns = in_phase(s.width, s.stride_width, px - s.pad_left + right);
      columns.last = std::min(columns.last, pitch_);
      if (rows.first >= rows.last || columns.first >= columns.last) continue;
      const std::int64_t y = rows.first * s.stride_height + py - s.pad_top;
      const std::int64_t x = columns.first * s.stride_width + px - s.pad_left + right;
      const std::int64_t phase = py * s.stride_width + px;
      mix_values(channel + y * s.width + x,
                 {.rows = rows.last - rows.first,
                  .columns = columns.last - columns.first,
                  .row_step = s.stride_height * s.width,
                  .column_step = s.stride_width,
                  .pitch = pitch_},
                 mask, shift,
                 words + plane * plane_words() + phase * phase_words() + rows.first * pitch_ +
                     columns.first);
    }
  }
}

template <class In>
void WordImage::lay_out(const In* x, std::uint32_t padding, std::uint32_t* words) const {
  std::fill_n(words, this->words(), padding);
  const int bits = 32 / per_word_;
  const std::int64_t pixels = shape_.height * shape_.width;
  for (std::int64_t group = 0; group < shape_.groups; ++group, words += group_words()) {
    for (std::int64_t c = 0; c < shape_.group_channels(); ++c, x += pixels) {
      const std::int64_t plane = c / per_word_;
      add_channel(x, plane, static_cast<int>(c % per_word_) * bits, 0, words);
      if (has_neighbour_ && c + 1 == shape_.group_channels())
        add_channel(x, plane, bits, shape_.dilation_width, words);
    }
  }
}

template void WordImage::lay_out(const std::int8_t*, std::uint32_t, std::uint32_t*) const;
template void WordImage::lay_out(const std::uint8_t*, std::uint32_t, std::uint32_t*) const;
template void WordImage::lay_out(const std::int16_t*, std::uint32_t, std::uint32_t*) const;
template void WordImage::lay_out(const std::int32_t*, std::uint32_t, std::uint32_t*) const;

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
