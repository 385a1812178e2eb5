#include "qfx/kernels/pixel_conv.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernels/conv/pixel_product.h"

#include "qfx/base/error.h"

namespace qfx::kernels {

// Note [Pixel images]. The image is padded on all sides and its channels to an even number, so that
// a word of two int16 never straddles two pixels.
struct PixelConv::Impl {
  Impl(const ConvShape& s, std::span<const std::int32_t> weights, int x_frac_bits,
       std::span<const int> weight_frac_bits)
      : shape(s),
        words_per_pixel((s.channels + 1) / 2),
        padded_width(s.width + 2 * s.pad_width),
        padded_height(s.height + 2 * s.pad_height),
        to_grid(std::ldexp(1.0, x_frac_bits)) {
    QFX_ASSERT(s.groups == 1 && s.out_height() > 0 && s.out_width() > 0);
    QFX_ASSERT(std::ssize(weights) == s.out_channels * s.channels * s.taps());
    const std::int64_t panels = (s.out_channels + kPanel - 1) / kPanel;
    const std::int64_t depth = s.taps() * words_per_pixel;
    packed.assign(static_cast<std::size_t>(panels * depth * kPanel), 0);
    scales.assign(static_cast<std::size_t>(panels * kPanel), 0.0F);
    wide_scales.assign(scales.size(), 0.0);
    // Without dilation a row of the kernel lies together.
    const bool joined = s.dilation_width == 1;
    run_length = words_per_pixel * (joined ? s.kernel_width : 1);
    for (std::int64_t ky = 0; ky < s.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < (joined ? 1 : s.kernel_width); ++kx)
        runs.push_back((ky * s.dilation_height * padded_width + kx * s.dilation_width) *
                       words_per_pixel * 2);
    for (std::int64_t o = 0; o < s.out_channels; ++o) {
      const int bits = weight_frac_bits.size() == 1 ? weight_frac_bits[0]
                                                    : weight_frac_bits[static_cast<std::size_t>(o)];
      wide_scales[static_cast<std::size_t>(o)] = std::ldexp(1.0, -x_frac_bits - bits);
      scales[static_cast<std::size_t>(o)] =
          static_cast<float>(wide_scales[static_cast<std::size_t>(o)]);
      for (std::int64_t c = 0; c < s.channels; ++c)
        for (std::int64_t tap = 0; tap < s.taps(); ++tap) {
          const std::int32_t w =
              weights[static_cast<std::size_t>((o * s.channels + c) * s.taps() + tap)];
          QFX_ASSERT(w >= std::numeric_limits<std::int16_t>::min() &&
                     w <= std::numeric_limits<std::int16_t>::max());
          const std::int64_t k = tap * words_per_pixel + c / 2;
          packed[static_cast<std::size_t>((o / kPanel * depth + k) * kPanel + o % kPanel)] |=
              static_cast<std::uint32_t>(static_cast<std::uint16_t>(w)) << (c % 2 * 16);
        }
    }
  }

  ConvShape shape;
  std::int64_t words_per_pixel, padded_width, padded_height;
  double to_grid;
  std::vector<std::int64_t> runs;  // of a product's words in the image
  std::int64_t run_length;
  std::vector<std::uint32_t> packed;  // {panels, depth, kPanel}
  std::vector<float> scales;          // an output channel
  std::vector<double> wide_scales;
};

PixelConv::PixelConv(const ConvShape& shape, std::span<const std::int32_t> weights, int x_frac_bits,
                     std::span<const int> weight_frac_bits)
    : impl_(std::make_unique<Impl>(shape, weights, x_frac_bits, weight_frac_bits)) {}
PixelConv::~PixelConv() = default;
PixelConv::PixelConv(PixelConv&&) noexcept = default;

std::int64_t PixelConv::scratch_size() const {
  return impl_->padded_height * impl_->padded_width * impl_->words_per_pixel * 2;
}

template <class T, class Y>
void PixelConv::run(const T* x, Y* y, std::int16_t* scratch) const {
  const Impl& i = *impl_;
  const ConvShape& s = i.shape;
  const std::int64_t pixel = i.words_per_pixel * 2;  // numbers of a pixel
  // Integers are raw already.
  const T to_grid = std::is_integral_v<T> ? T(1) : static_cast<T>(i.to_grid);
  for (std::int64_t row = 0; row < s.height; ++row) {
    std::int16_t* to = scratch + ((row + s.pad_height) * i.padded_width + s.pad_width) * pixel;
    const T* from = x + row * s.width * s.channels;
    if (pixel == s.channels) {
      to_int16(from, to_grid, s.width * s.channels, to);
    } else {
      for (std::int64_t column = 0; column < s.width; ++column)
        to_int16(from + column * s.channels, to_grid, s.channels, to + column * pixel);
    }
  }
  const auto* scales = [&] {
    if constexpr (std::is_same_v<Y, float>)
      return i.scales.data();
    else if constexpr (std::is_same_v<Y, double>)
      return i.wide_scales.data();
    else
      return static_cast<const void*>(nullptr);
  }();
  PixelProduct product{.image = nullptr,
                       .pixel_step = s.stride_width * pixel,
                       .runs = i.runs.data(),
                       .run_count = static_cast<std::int64_t>(i.runs.size()),
                       .run_length = i.run_length,
                       .panels = i.packed.data(),
                       .pixels = s.out_width(),
                       .first = 0,
                       .last = 0,
                       .y_stride = s.out_channels};
  // A pair of panels stays in the first-level cache while the image goes by.
  constexpr std::int64_t kChannels = 2 * kPanel;
  for (; product.first < s.out_channels; product.first += kChannels) {
    product.last = std::min(product.first + kChannels, s.out_channels);
    for (std::int64_t row = 0; row < s.out_height(); ++row) {
      product.image = scratch + row * s.stride_height * i.padded_width * pixel;
      multiply_pixels(product, scales, y + row * s.out_width() * s.out_channels);
    }
  }
}

template void PixelConv::run(const float*, float*, std::int16_t*) const;
template void PixelConv::run(const float*, double*, std::int16_t*) const;
template void PixelConv::run(const double*, float*, std::int16_t*) const;
template void PixelConv::run(const double*, double*, std::int16_t*) const;
template void PixelConv::run(const std::uint8_t*, std::int32_t*, std::int16_t*) const;
template void PixelConv::run(const std::int8_t*, std::int32_t*, std::int16_t*) const;

}  // namespace qfx::kernels
