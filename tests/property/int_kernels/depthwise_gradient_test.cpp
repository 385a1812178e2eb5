// Gradients of depthwise convolutions of random shapes against plain loops, on every target. The
// values are small integers, whose sums float holds exactly: no order of them shows.
#include "qfx/kernels/depthwise_gradient.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "support/conv_shapes.h"
#include "support/simd_targets.h"

namespace qfx::kernels {
namespace {

class Case {
 public:
  explicit Case(std::uint64_t seed)
      : random_(seed), shape_(test::random_conv_shape(random_, true, 5)) {}

  void check() {
    const ConvShape& s = shape_;
    const std::vector<float> x = integers(s.channels * s.height * s.width);
    const std::vector<float> dy = integers(s.channels * s.out_height() * s.out_width());
    const std::vector<float> weights = integers(s.channels * s.taps());
    std::vector<float> dx(x.size(), -77), expected_dx(x.size(), 0);
    std::vector<float> dw = integers(s.channels * s.taps()), before = dw, expected_dw = dw;
    for_each_product([&](std::int64_t in, std::int64_t out, std::int64_t tap, std::int64_t c) {
      expected_dx[in] += dy[out] * weights[c * s.taps() + tap];
      expected_dw[tap * s.channels + c] += dy[out] * x[in];
    });
    const DepthwiseGradient gradient(s, weights);
    std::vector<float> scratch(gradient.scratch_size());
    gradient.run(x.data(), dy.data(), dx.data(), dw.data(), scratch.data());
    ASSERT_EQ(dx, expected_dx);
    ASSERT_EQ(dw, expected_dw);
    // The scratch serves again, and no one need want dx.
    for (float& value : dw) value = 0;
    gradient.run(x.data(), dy.data(), nullptr, dw.data(), scratch.data());
    gradient.run(x.data(), dy.data(), dx.data(), dw.data(), scratch.data());
    for (std::size_t i = 0; i < dw.size(); ++i) ASSERT_EQ(dw[i], 2 * (expected_dw[i] - before[i]));
    ASSERT_EQ(dx, expected_dx);
  }

 private:
  std::vector<float> integers(std::int64_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(test::pick(random_, -30, 30));
    return values;
  }
  // body(element of x, of y, tap, channel) for all products that meet.
  template <class Body>
  void for_each_product(const Body& body) const {
    const ConvShape& s = shape_;
    for (std::int64_t oy = 0; oy < s.out_height(); ++oy)
      for (std::int64_t ox = 0; ox < s.out_width(); ++ox)
        for (std::int64_t tap = 0; tap < s.taps(); ++tap) {
          const std::int64_t y =
              oy * s.stride_height - s.pad_top + tap / s.kernel_width * s.dilation_height;
          const std::int64_t x =
              ox * s.stride_width - s.pad_left + tap % s.kernel_width * s.dilation_width;
          if (y < 0 || y >= s.height || x < 0 || x >= s.width) continue;
          for (std::int64_t c = 0; c < s.channels; ++c)
            body((y * s.width + x) * s.channels + c, (oy * s.out_width() + ox) * s.channels + c,
                 tap, c);
        }
  }

  std::mt19937_64 random_;
  ConvShape shape_;
};

TEST(DepthwiseGradient, MatchesPlainLoopsOnEveryTarget) {
  test::for_each_simd_target([&] {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      SCOPED_TRACE(seed);
      Case(seed).check();
    }
  });
}

}  // namespace
}  // namespace qfx::kernels
