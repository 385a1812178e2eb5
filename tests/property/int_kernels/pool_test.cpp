// Windows of random pools against plain loops.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "support/conv_shapes.h"

#include "qfx/kernels/int_pool.h"

namespace qfx::kernels {
namespace {

using test::pick;

// Every window holds a pixel of the image; a stride may leave some out.
bool sees_image(std::int64_t outputs, std::int64_t stride, std::int64_t pad, std::int64_t kernel,
                std::int64_t dilation, std::int64_t size) {
  for (std::int64_t out = 0; out < outputs; ++out) {
    bool sees = false;
    for (std::int64_t tap = 0; tap < kernel; ++tap) {
      const std::int64_t at = out * stride - pad + tap * dilation;
      sees |= at >= 0 && at < size;
    }
    if (!sees) return false;
  }
  return true;
}

Pooling random_pooling(std::mt19937_64& random) {
  const ConvShape s = test::random_conv_shape(random, false, 4);
  Pooling p{.channels = pick(random, 1, 40),
            .height = s.height,
            .width = s.width,
            .kernel_height = s.kernel_height,
            .kernel_width = s.kernel_width,
            .stride_height = s.stride_height,
            .stride_width = s.stride_width,
            .pad_top = s.pad_top,
            .pad_left = s.pad_left,
            .dilation_height = s.dilation_height,
            .dilation_width = s.dilation_width,
            .out_height = s.out_height(),
            .out_width = s.out_width()};
  const bool sees = sees_image(p.out_height, p.stride_height, p.pad_top, p.kernel_height,
                               p.dilation_height, p.height) &&
                    sees_image(p.out_width, p.stride_width, p.pad_left, p.kernel_width,
                               p.dilation_width, p.width);
  return sees ? p : random_pooling(random);
}

// reduce(result so far, value) over the pixels under every window, from `start` on.
template <class T, class Reduce>
std::vector<std::int64_t> reduced(const Pooling& p, const std::vector<T>& x, std::int64_t start,
                                  const Reduce& reduce) {
  std::vector<std::int64_t> y;
  for (std::int64_t oy = 0; oy < p.out_height; ++oy)
    for (std::int64_t ox = 0; ox < p.out_width; ++ox)
      for (std::int64_t c = 0; c < p.channels; ++c) {
        std::int64_t result = start;
        for (std::int64_t ky = 0; ky < p.kernel_height; ++ky)
          for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
            const std::int64_t row = oy * p.stride_height - p.pad_top + ky * p.dilation_height;
            const std::int64_t column = ox * p.stride_width - p.pad_left + kx * p.dilation_width;
            if (row < 0 || row >= p.height || column < 0 || column >= p.width) continue;
            result = reduce(result, std::int64_t{x[(row * p.width + column) * p.channels + c]});
          }
        y.push_back(result);
      }
  return y;
}

template <class T, class Sum>
std::vector<std::int64_t> sums(const Pooling& p, const std::vector<T>& x) {
  std::vector<Sum> y(p.out_height * p.out_width * p.channels, Sum{77});
  sum_pool(x.data(), p, y.data());
  return {y.begin(), y.end()};
}

template <class T>
void check(std::int64_t lo, std::int64_t hi) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const Pooling p = random_pooling(random);
    std::vector<T> x(p.height * p.width * p.channels);
    for (T& value : x) value = static_cast<T>(pick(random, lo, hi));
    const auto sum = reduced(p, x, 0, [](std::int64_t a, std::int64_t b) { return a + b; });
    ASSERT_EQ((sums<T, std::int32_t>(p, x)), sum);
    ASSERT_EQ((sums<T, std::int64_t>(p, x)), sum);
    std::vector<T> most(sum.size());
    max_pool(x.data(), p, most.data());
    ASSERT_EQ((std::vector<std::int64_t>(most.begin(), most.end())),
              reduced(p, x, lo, [](std::int64_t a, std::int64_t b) { return std::max(a, b); }));
  }
}

TEST(Pool, MatchesPlainLoops) {
  check<std::int8_t>(-128, 127);
  check<std::uint8_t>(0, 255);
  check<std::int16_t>(-32768, 32767);
  check<std::uint16_t>(0, 65535);
  check<std::int32_t>(-100000000, 100000000);
}

}  // namespace
}  // namespace qfx::kernels
