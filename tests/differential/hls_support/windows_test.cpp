// window.h and whole_image.h with each of their reducers, and linear.h, against sums written out.
#include <gtest/gtest.h>

#include "mean_config.h"
#include "window_walk.h"

#include "qfx/average.h"
#include "qfx/fixed/value.h"
#include "qfx/largest.h"
#include "qfx/linear.h"
#include "qfx/multiply.h"
#include "qfx/multiply_accumulate.h"
#include "qfx/placed_average.h"
#include "qfx/whole_image.h"
#include "qfx/window.h"

namespace qfx::test {
namespace {

// Six outputs of two groups, PARALLELISM at a time from SIMD inputs; products in 64ths, sums in
// 128ths.
template <class GEOMETRY, int PARALLELISM, int SIMD>
struct ConvConfig : GEOMETRY {
  static const int out_channels = 6;
  static const int groups = 2;
  static const int group_channels = 2;
  static const int taps = GEOMETRY::kernel_h * GEOMETRY::kernel_w;
  static const int parallelism = PARALLELISM;
  static const int simd = SIMD;
  static const int steps = taps * group_channels / simd;
  static const int sum_width = 20;
  static const int sum_frac_bits = 7;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef short bias_t;
};

template <class GEOMETRY, int PARALLELISM, int SIMD = 2>
void check_convolution() {
  using Config = ConvConfig<GEOMETRY, PARALLELISM, SIMD>;
  constexpr int kParts = 2 / SIMD;
  signed char weight[6][Config::taps * kParts][SIMD];
  const auto weight_of = [&](int o, int tap, int i) -> signed char& {
    return weight[o][tap * kParts + i / SIMD][i % SIMD];
  };
  for (int o = 0; o < 6; ++o)
    for (int tap = 0; tap < Config::taps; ++tap)
      for (int i = 0; i < 2; ++i)
        weight_of(o, tap, i) = static_cast<signed char>((o * 37 + tap * 53 + i * 91) % 255 - 127);
  const signed char shift[6] = {0, 1, 0, 1, 1, 0};
  const short bias[6] = {100, -200, 300, 0, 5, -7};
  Beats<kIn, kChannels> in;
  Beats<kOut, 6> out;
  write_image(in);
  window<Config, MultiplyAccumulate>(out, in, weight, shift, bias);
  each_place<GEOMETRY>([&](int y, int x) {
    const Pixel<Number<kOut>, 6> result = out.read();
    for (int o = 0; o < 6; ++o) {
      std::int64_t sum = 0;
      each_tap<GEOMETRY>(y, x, [&](int row, int column, int index) {
        for (int i = 0; i < 2; ++i)
          sum += weight_of(o, index, i) * pixel(o / 3 * 2 + i, row, column);
      });
      sum = (sum << shift[o]) + bias[o];
      ASSERT_EQ(raw_value(result.data[o]), fixed::cast_raw(sum, 7, kOut))
          << o << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Window, Convolution) {
  check_convolution<Geometry<3, 2, 1, 1, 0, 0, 1, 1>, 1>();
  check_convolution<Geometry<3, 2, 2, 1, 1, 1, 1, 1>, 2>();
  check_convolution<Geometry<2, 3, 1, 2, 2, 1, 3, 1>, 3>();
  check_convolution<Geometry<1, 1, 3, 2, 0, 0, 1, 1>, 6>();
  check_convolution<Geometry<7, 5, 1, 1, 3, 2, 1, 1>, 6>();
  check_convolution<Geometry<3, 2, 2, 1, 1, 1, 1, 1>, 4>();
  check_convolution<Geometry<1, 3, 1, 2, 0, 1, 1, 1>, 2>();
  check_convolution<Geometry<1, 2, 2, 1, 1, 3, 1, 2>, 3>();
  check_convolution<Geometry<2, 3, 1, 2, 2, 1, 3, 1>, 5, 1>();
}

template <class GEOMETRY>
void check_largest() {
  Beats<kIn, kChannels> in;
  Beats<kOut, kChannels> out;
  write_image(in);
  window<GEOMETRY, Largest>(out, in);
  each_place<GEOMETRY>([&](int y, int x) {
    const Pixel<Number<kOut>, kChannels> result = out.read();
    for (int c = 0; c < kChannels; ++c) {
      std::int64_t largest = INT64_MIN;
      each_tap<GEOMETRY>(y, x, [&](int row, int column, int) {
        largest = std::max(largest, pixel(c, row, column));
      });
      ASSERT_EQ(raw_value(result.data[c]), fixed::cast_raw(largest, 3, kOut))
          << c << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Window, Largest) {
  check_largest<Geometry<2, 2, 2, 2, 0, 0, 1, 1>>();
  check_largest<Geometry<3, 3, 2, 1, 1, 1, 1, 1>>();
  check_largest<Geometry<2, 3, 2, 1, 1, 0, 2, 1, 1, 1>>();
}

// The reciprocal fits one word.
template <class CONFIG>
unsigned reciprocal_of() {
  return ((1u << CONFIG::reciprocal_shift) + CONFIG::divisor - 1) / CONFIG::divisor;
}

TEST(Window, Average) {
  using Walk = Geometry<3, 3, 1, 2, 1, 1, 1, 1>;
  struct Config : Walk, MeanConfig<12, 3, 9, 4> {};
  const unsigned reciprocal[1] = {reciprocal_of<Config>()};
  Beats<kIn, kChannels> in;
  Beats<kOut, kChannels> out;
  write_image(in);
  window<Config, Average>(out, in, reciprocal);
  each_place<Walk>([&](int y, int x) {
    const Pixel<Number<kOut>, kChannels> result = out.read();
    for (int c = 0; c < kChannels; ++c) {
      std::int64_t sum = 0;
      each_tap<Walk>(y, x, [&](int row, int column, int) { sum += pixel(c, row, column); });
      ASSERT_EQ(raw_value(result.data[c]), fixed::cast_quotient(sum, 3, 9, kOut))
          << c << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

using PlacedWalk = Geometry<3, 3, 2, 2, 1, 1, 1, 1, 1, 1>;
struct PlacedConfig : PlacedWalk, MeanConfig<18, 3, 36, 4> {
  static const int total_width = 12, factor_width = 6;
};

// Of 7 x 5 pixels, padding not counted: windows have 2, 3, 3, 2 rows and 2, 3, 2 columns.
TEST(Window, PlacedAverage) {
  using Walk = PlacedWalk;
  using Config = PlacedConfig;
  const unsigned reciprocal[1] = {reciprocal_of<Config>()};
  const unsigned row_factors[4] = {3, 2, 2, 3}, column_factors[3] = {3, 2, 3};
  Beats<kIn, kChannels> in;
  Beats<kOut, kChannels> out;
  write_image(in);
  window<Config, PlacedAverage>(out, in, reciprocal, row_factors, column_factors);
  each_place<Walk>([&](int y, int x) {
    const Pixel<Number<kOut>, kChannels> result = out.read();
    for (int c = 0; c < kChannels; ++c) {
      std::int64_t sum = 0, count = 0;
      each_tap<Walk>(y, x, [&](int row, int column, int) {
        sum += pixel(c, row, column);
        ++count;
      });
      ASSERT_EQ(raw_value(result.data[c]), fixed::cast_quotient(sum, 3, count, kOut))
          << c << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

struct ImageConfig : MeanConfig<12, 3, kHeight * kWidth, 4> {
  static const int in_beats = kHeight * kWidth;
};

TEST(WholeImage, Average) {
  const unsigned reciprocal[1] = {reciprocal_of<ImageConfig>()};
  Beats<kIn, kChannels> in;
  Beats<kOut, kChannels> out;
  write_image(in);
  whole_image<ImageConfig, Average>(out, in, reciprocal);
  const Pixel<Number<kOut>, kChannels> result = out.read();
  for (int c = 0; c < kChannels; ++c) {
    std::int64_t sum = 0;
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x) sum += pixel(c, y, x);
    EXPECT_EQ(raw_value(result.data[c]), fixed::cast_quotient(sum, 3, kHeight * kWidth, kOut));
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

template <int PARALLELISM, int SIMD>
struct LinearConfig {
  static const int in_beats = 3;
  static const int out_features = 4;
  static const int parallelism = PARALLELISM;
  static const int simd = SIMD;
  static const int steps = 3 * 2 / simd;
  static const int sum_width = 20;
  static const int sum_frac_bits = 7;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef short bias_t;
};

// 6 elements in 3 beats to 4 in 1.
template <int PARALLELISM, int SIMD>
void check_linear() {
  constexpr int kParts = 2 / SIMD;
  signed char weight[3 * kParts][4][SIMD];
  const auto weight_of = [&](int beat, int o, int lane) -> signed char& {
    return weight[beat * kParts + lane / SIMD][o][lane % SIMD];
  };
  for (int beat = 0; beat < 3; ++beat)
    for (int o = 0; o < 4; ++o)
      for (int lane = 0; lane < 2; ++lane)
        weight_of(beat, o, lane) =
            static_cast<signed char>((beat * 71 + o * 37 + lane * 91) % 255 - 127);
  const signed char shift[4] = {0, 1, 0, 1};
  const short bias[4] = {100, -200, 300, 0};
  Beats<kIn, 2> in;
  Beats<kOut, 4> out;
  for (int beat = 0; beat < 3; ++beat) write(in, {pixel(0, beat, 0), pixel(1, beat, 0)});
  linear<LinearConfig<PARALLELISM, SIMD>>(out, in, weight, shift, bias);
  const Pixel<Number<kOut>, 4> result = out.read();
  for (int o = 0; o < 4; ++o) {
    std::int64_t sum = 0;
    for (int beat = 0; beat < 3; ++beat)
      for (int lane = 0; lane < 2; ++lane) sum += weight_of(beat, o, lane) * pixel(lane, beat, 0);
    sum = (sum << shift[o]) + bias[o];
    EXPECT_EQ(raw_value(result.data[o]), fixed::cast_raw(sum, 7, kOut)) << o;
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Linear, EveryBeatIntoEveryOutput) {
  check_linear<2, 2>();
  check_linear<3, 1>();
  check_linear<4, 1>();
}

}  // namespace
}  // namespace qfx::test
