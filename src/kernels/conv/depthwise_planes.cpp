#include "kernels/conv/depthwise_planes.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "kernels/conv/narrow.h"

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

template <class In>
void widen(const In* x, std::int64_t count, std::int16_t* to) {
  if constexpr (sizeof(In) == 1)
    to_int16(x, In{1}, count, to);
  else
    std::transform(x, x + count, to, [](In value) { return static_cast<std::int16_t>(value); });
}

}  // namespace

DepthwisePlanes::DepthwisePlanes(const ConvShape& shape, std::span<const std::int32_t> weights)
    : shape_(shape),
      pitch_((shape.width + shape.pad_left + shape.pad_right + shape.stride_width - 1) /
             shape.stride_width),
      phase_((shape.height + shape.pad_top + shape.pad_bottom) * pitch_),
      plane_(shape.stride_width * phase_) {
  QFX_ASSERT(shape.is_depthwise() && std::ssize(weights) == shape.channels * shape.taps());
  std::vector<std::int64_t> offsets;
  for (std::int64_t ky = 0; ky < shape.kernel_height; ++ky)
    for (std::int64_t kx = 0; kx < shape.kernel_width; ++kx) {
      const std::int64_t x = kx * shape.dilation_width;
      offsets.push_back(x % shape.stride_width * phase_ + ky * shape.dilation_height * pitch_ +
                        x / shape.stride_width);
    }
  taps_ = pair_taps(offsets);
  for (std::int64_t c = 0; c < shape.channels; ++c)
    for (std::int64_t tap = 0; tap < shape.taps(); tap += 2) {
      const std::int32_t* w = weights.data() + c * shape.taps() + tap;
      const std::int32_t second = tap + 1 < shape.taps() ? w[1] : 0;
      words_.insert(words_.end(), kDepthwiseBlock, depthwise_word(w[0], second));
    }
}

template <class In>
void DepthwisePlanes::lay_out(const In* x, std::int16_t* image) const {
  std::memset(image, 0, static_cast<std::size_t>(image_size()) * sizeof(*image));
  const std::int64_t stride = shape_.stride_width;
  for (std::int64_t c = 0; c < shape_.channels; ++c)
    for (std::int64_t row = 0; row < shape_.height; ++row, x += shape_.width) {
      std::int16_t* to = image + c * plane_ + (row + shape_.pad_top) * pitch_;
      if (stride == 1) {
        widen(x, shape_.width, to + shape_.pad_left);
      } else {
        for (std::int64_t i = 0; i < shape_.width; ++i) {
          const std::int64_t at = i + shape_.pad_left;
          to[at % stride * phase_ + at / stride] = static_cast<std::int16_t>(x[i]);
        }
      }
    }
}

std::int64_t DepthwisePlanes::block_rows() const {
  constexpr std::int64_t kSums = 2048;
  return std::clamp<std::int64_t>(kSums / sums_pitch(), 1, shape_.out_height());
}

void DepthwisePlanes::multiply(const std::int16_t* image, std::int64_t channel, std::int64_t row,
                               std::int64_t rows, std::int32_t* sums) const {
  const std::int64_t step = shape_.stride_height * pitch_;
  multiply_depthwise({.image = image + channel * plane_ + row * step,
                      .pixel_step = step,
                      .taps = taps_,
                      .words = words_.data() + channel * std::ssize(taps_) * kDepthwiseBlock,
                      .block_words = 0,
                      .pixels = rows,
                      .channels = sums_pitch()},
                     nullptr, sums);
}

template void DepthwisePlanes::lay_out(const std::int8_t*, std::int16_t*) const;
template void DepthwisePlanes::lay_out(const std::uint8_t*, std::int16_t*) const;
template void DepthwisePlanes::lay_out(const std::int16_t*, std::int16_t*) const;
template void DepthwisePlanes::lay_out(const std::int32_t*, std::int16_t*) const;

}  // namespace qfx::kernels
