// Sums that are rounded after every addition, in their order, against the law.
#include <gtest/gtest.h>

#include "mean_config.h"
#include "window_walk.h"

#include "qfx/fixed/raw.h"
#include "qfx/linear.h"
#include "qfx/multiply.h"
#include "qfx/plus_minus.h"
#include "qfx/stepwise_average.h"
#include "qfx/stepwise_products.h"
#include "qfx/stepwise_row.h"
#include "qfx/whole_image.h"
#include "qfx/window.h"

namespace qfx::test {
namespace {

// Coarser than the products, finer than them, and one that wraps.
constexpr Format kCoarse{7, 6, true, fixed::Rounding::RND_INF, fixed::Overflow::SAT};
constexpr Format kFine{13, 4, true, fixed::Rounding::TRN, fixed::Overflow::SAT_SYM};
constexpr Format kWrapping{5, 3, false, fixed::Rounding::TRN_ZERO, fixed::Overflow::WRAP};

// An accumulator in the making: raw values are added with their fraction bits.
template <Format A>
struct Steps {
  std::int64_t sum = 0;

  void add(std::int64_t raw, int frac_bits) {
    const int both = std::max(A.frac_bits(), frac_bits);
    sum = fixed::cast_raw((sum << (both - A.frac_bits())) + (raw << (both - frac_bits)), both, A);
  }
};

// Six outputs of two groups; products in 64ths, the grid of all channels is 128ths.
template <class GEOMETRY, int PARALLELISM, Format A>
struct ConvConfig : GEOMETRY {
  static const int out_channels = 6;
  static const int groups = 2;
  static const int group_channels = 2;
  static const int taps = GEOMETRY::kernel_h * GEOMETRY::kernel_w;
  static const int parallelism = PARALLELISM;
  static const int blocks = (6 + PARALLELISM - 1) / PARALLELISM * group_channels;
  static const int sum_width = 16;
  static const int sum_frac_bits = 7;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef short bias_t;
  typedef Number<A> accumulator_t;
};

template <class GEOMETRY, int PARALLELISM, Format A>
void check_convolution() {
  using Config = ConvConfig<GEOMETRY, PARALLELISM, A>;
  signed char weight[6][Config::taps][2];
  for (int o = 0; o < 6; ++o)
    for (int tap = 0; tap < Config::taps; ++tap)
      for (int i = 0; i < 2; ++i)
        weight[o][tap][i] = static_cast<signed char>((o * 37 + tap * 53 + i * 91) % 255 - 127);
  const signed char shift[6] = {0, 1, 0, 1, 1, 0};
  const short bias[6] = {100, -200, 300, 0, 5, -7};
  Beats<kIn, kChannels> in;
  Beats<kOut, 6> out;
  write_image(in);
  window<Config, StepwiseProducts>(out, in, weight, shift, bias);
  each_place<GEOMETRY>([&](int y, int x) {
    const Pixel<Number<kOut>, 6> result = out.read();
    for (int o = 0; o < 6; ++o) {
      Steps<A> steps;
      steps.add(bias[o], 7);
      for (int i = 0; i < 2; ++i)
        each_tap<GEOMETRY>(y, x, [&](int row, int column, int index) {
          const std::int64_t product = weight[o][index][i] * pixel(o / 3 * 2 + i, row, column);
          steps.add(product << shift[o], 7);
        });
      ASSERT_EQ(raw_value(result.data[o]), fixed::cast_raw(steps.sum, A.frac_bits(), kOut))
          << o << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Stepwise, Convolution) {
  check_convolution<Geometry<3, 2, 2, 1, 1, 1, 1, 1>, 1, kCoarse>();
  check_convolution<Geometry<2, 3, 1, 2, 2, 1, 3, 1>, 3, kFine>();
  check_convolution<Geometry<3, 3, 1, 1, 1, 1, 1, 1>, 6, kWrapping>();
  check_convolution<Geometry<3, 2, 2, 1, 1, 1, 1, 1>, 4, kFine>();
}

// A mean of the accumulator's raw values: W bits, one more without a sign.
template <Format A, int COUNT>
using MeanOf = MeanConfig<A.width + (A.is_signed ? 0 : 1), A.width - A.int_bits, COUNT, 4>;

using Walk = Geometry<3, 3, 1, 2, 1, 1, 1, 1>;

template <Format A>
struct PoolConfig : Walk, MeanOf<A, 9> {
  typedef Number<A> accumulator_t;
};

template <Format A>
void check_average() {
  using Config = PoolConfig<A>;
  const unsigned reciprocal[1] = {((1u << Config::reciprocal_shift) + Config::divisor - 1) /
                                  Config::divisor};
  Beats<kIn, kChannels> in;
  Beats<kOut, kChannels> out;
  write_image(in);
  window<Config, StepwiseAverage>(out, in, reciprocal);
  each_place<Walk>([&](int y, int x) {
    const Pixel<Number<kOut>, kChannels> result = out.read();
    for (int c = 0; c < kChannels; ++c) {
      Steps<A> steps;
      each_tap<Walk>(y, x, [&](int row, int column, int) { steps.add(pixel(c, row, column), 3); });
      ASSERT_EQ(raw_value(result.data[c]), fixed::cast_quotient(steps.sum, A.frac_bits(), 9, kOut))
          << c << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

template <Format A>
struct ImageConfig : MeanOf<A, kHeight * kWidth> {
  static const int in_beats = kHeight * kWidth;
  typedef Number<A> accumulator_t;
};

template <Format A>
void check_whole_image() {
  using Config = ImageConfig<A>;
  const unsigned reciprocal[1] = {((1u << Config::reciprocal_shift) + Config::divisor - 1) /
                                  Config::divisor};
  Beats<kIn, kChannels> in;
  Beats<kOut, kChannels> out;
  write_image(in);
  whole_image<Config, StepwiseAverage>(out, in, reciprocal);
  const Pixel<Number<kOut>, kChannels> result = out.read();
  for (int c = 0; c < kChannels; ++c) {
    Steps<A> steps;
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x) steps.add(pixel(c, y, x), 3);
    EXPECT_EQ(raw_value(result.data[c]),
              fixed::cast_quotient(steps.sum, A.frac_bits(), kHeight * kWidth, kOut))
        << c;
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Stepwise, Average) {
  check_average<kCoarse>();
  check_average<kFine>();
  check_average<kWrapping>();
  check_whole_image<kCoarse>();
  check_whole_image<kFine>();
  check_whole_image<kWrapping>();
}

template <Format A, int PARALLELISM = 2, int SIMD = 2>
struct RowConfig {
  static const int in_beats = 3;
  static const int out_features = 4;
  static const int parallelism = PARALLELISM;
  static const int simd = SIMD;
  static const int steps = 3 * 2 / simd;
  static const int sum_width = 16;
  static const int sum_frac_bits = 7;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef short bias_t;
  typedef Number<A> accumulator_t;
};

template <Format A, int PARALLELISM = 2, int SIMD = 2>
void check_matrix() {
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
  linear<RowConfig<A, PARALLELISM, SIMD>, StepwiseRow>(out, in, weight, shift, bias);
  const Pixel<Number<kOut>, 4> result = out.read();
  for (int o = 0; o < 4; ++o) {
    Steps<A> steps;
    steps.add(bias[o], 7);
    for (int beat = 0; beat < 3; ++beat)
      for (int lane = 0; lane < 2; ++lane)
        steps.add((weight_of(beat, o, lane) * pixel(lane, beat, 0)) << shift[o], 7);
    EXPECT_EQ(raw_value(result.data[o]), fixed::cast_raw(steps.sum, A.frac_bits(), kOut)) << o;
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Stepwise, Matrix) {
  check_matrix<kCoarse>();
  check_matrix<kFine>();
  check_matrix<kWrapping>();
  check_matrix<kFine, 3, 1>();
}

struct BinaryRowConfig : RowConfig<kCoarse> {
  typedef qfx::Bit weight_t;
  typedef qfx::PlusMinus product;
};

// A weight of one bit is +x or -x.
TEST(Stepwise, ABinaryWeight) {
  const Bits<2> weight = {{1}};
  Number<kCoarse> sum = 0;
  Steps<kCoarse> steps;
  for (int x = -16; x < 16; ++x) {
    const int operands[2] = {x, x + 3};
    StepwiseRow<BinaryRowConfig>::add(sum, operands, Piece(), weight, 4);
    steps.add(x << 4, 7);
    steps.add(-(x + 3) * 16, 7);
    ASSERT_EQ(raw_value(sum), steps.sum) << x;
  }
}

}  // namespace
}  // namespace qfx::test
