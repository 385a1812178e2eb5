// A convolution and its exact sums: kernel x kernel, stride 1, padding kernel / 2, one image, NCHW.
#pragma once

#include <cstdint>
#include <vector>

namespace qfx::peers {

struct ConvShape {
  std::int64_t in_channels, out_channels, size;  // size: height and width of the image
  std::int64_t kernel = 3;
  std::int64_t groups = 1;

  std::int64_t padding() const { return kernel / 2; }
  std::int64_t input_count() const { return in_channels * size * size; }
  std::int64_t output_count() const { return out_channels * size * size; }
  std::int64_t taps() const { return in_channels / groups * kernel * kernel; }
  std::int64_t weight_count() const { return out_channels * taps(); }
  std::int64_t products() const { return output_count() * taps(); }  // padding counted
};

// The exact sums, by the loops that define them.
template <typename X, typename W>
std::vector<std::int64_t> exact_conv(const ConvShape& s, const std::vector<X>& x,
                                     const std::vector<W>& w) {
  const std::int64_t in = s.in_channels / s.groups, out = s.out_channels / s.groups;
  std::vector<std::int64_t> y(static_cast<std::size_t>(s.output_count()));
  auto next = y.begin();
  for (std::int64_t o = 0; o < s.out_channels; ++o)
    for (std::int64_t row = 0; row < s.size; ++row)
      for (std::int64_t column = 0; column < s.size; ++column) {
        std::int64_t sum = 0;
        for (std::int64_t i = 0; i < in; ++i)
          for (std::int64_t k = 0; k < s.kernel * s.kernel; ++k) {
            const std::int64_t r = row + k / s.kernel - s.padding();
            const std::int64_t c = column + k % s.kernel - s.padding();
            if (r < 0 || r >= s.size || c < 0 || c >= s.size) continue;
            const std::int64_t channel = o / out * in + i;
            sum += std::int64_t{x[static_cast<std::size_t>((channel * s.size + r) * s.size + c)]} *
                   w[static_cast<std::size_t>((o * in + i) * s.kernel * s.kernel + k)];
          }
        *next++ = sum;
      }
  return y;
}

}  // namespace qfx::peers
