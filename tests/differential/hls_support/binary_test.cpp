// Convolutions and matrices whose weights are bits, against sums written out.
#include <gtest/gtest.h>

#include "bit_values.h"
#include "window_walk.h"

#include "qfx/fixed/value.h"
#include "qfx/fractional_conv2d.h"
#include "qfx/linear.h"
#include "qfx/plus_minus.h"
#include "qfx/window.h"
#include "qfx/xnor.h"

namespace qfx::test {
namespace {

std::int64_t sign_of(std::int64_t o, std::int64_t tap, std::int64_t i) {
  return (o * 37 + tap * 53 + i * 91 + o * tap * i) % 5 < 2 ? 1 : -1;
}

// GROUPS * N channels, SIMD at a time, to 6 outputs; sums in halves where there is a bias, which
// lies there.
template <class GEOMETRY, int GROUPS, int N, int PARALLELISM, int SIMD = N>
struct BinaryConfig : GEOMETRY {
  static const int out_channels = 6;
  static const int groups = GROUPS;
  static const int group_channels = N;
  static const int taps = GEOMETRY::kernel_h * GEOMETRY::kernel_w;
  static const int parallelism = PARALLELISM;
  static const int simd = SIMD;
  static const int steps = taps * group_channels / simd;
  static const int sum_width = 20;
  static const int sum_frac_bits = 1;
  typedef qfx::Bit weight_t;
  typedef short bias_t;
  typedef short gate_t;
};
template <class CONFIG, class PRODUCT>
struct With : CONFIG {
  typedef PRODUCT product;
};

template <class CONFIG>
struct BinaryTables {
  static constexpr int kParts = CONFIG::group_channels / CONFIG::simd;

  Bits<CONFIG::simd> weight[6][CONFIG::taps * kParts];
  signed char shift[6];
  short bias[6], gate[6];

  BinaryTables() {
    for (int o = 0; o < 6; ++o) {
      for (int step = 0; step < CONFIG::taps * kParts; ++step)
        weight[o][step] = bits_of<CONFIG::simd>(
            [&](int i) { return sign_of(o, step / kParts, step % kParts * CONFIG::simd + i); });
      shift[o] = 1;
      bias[o] = static_cast<short>(o * 5 - 11);
      gate[o] = static_cast<short>(o * 3 - 8);
    }
  }
};

template <class T, int CHANNELS, class Value>
void write_values(Stream<Pixel<T, CHANNELS>>& in, const Value& value) {
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      Pixel<T, CHANNELS> beat;
      for (int c = 0; c < CHANNELS; ++c) beat.data[c] = from_raw<T>(value(c, y, x));
      in.write(beat);
    }
  }
}

// The sum of output o at a place: value(channel, y, x) times its sign, nothing where the image
// ends.
template <class CONFIG, class Value>
std::int64_t binary_sum(int o, int y, int x, const Value& value) {
  constexpr int kInputs = CONFIG::group_channels;
  const int first = o / (6 / CONFIG::groups) * kInputs;
  std::int64_t sum = 0;
  each_tap<CONFIG>(y, x, [&](int row, int column, int tap) {
    for (int i = 0; i < kInputs; ++i) sum += sign_of(o, tap, i) * value(first + i, row, column);
  });
  return sum;
}

template <class CONFIG, Format FROM, class Value>
void check_binary_convolution(const Value& value) {
  constexpr int kInputs = CONFIG::groups * CONFIG::group_channels;
  const BinaryTables<CONFIG> tables;
  Beats<FROM, kInputs> in;
  Beats<kOut, 6> out;
  write_values(in, value);
  window<CONFIG, MultiplyAccumulate>(out, in, tables.weight, tables.shift, tables.bias);
  each_place<CONFIG>([&](int y, int x) {
    const Pixel<Number<kOut>, 6> result = out.read();
    for (int o = 0; o < 6; ++o) {
      const std::int64_t sum = 2 * binary_sum<CONFIG>(o, y, x, value) + tables.bias[o];
      ASSERT_EQ(raw_value(result.data[o]), fixed::cast_raw(sum, 1, kOut))
          << o << " at " << y << ", " << x;
    }
  });
  EXPECT_TRUE(in.empty() && out.empty());
}

template <class CONFIG, Format FROM>
void check_levels() {
  constexpr int kBits = FROM.width - 1;
  const auto value = [](int c, int y, int x) { return level(kBits, pixel(c, y, x)); };
  check_binary_convolution<With<CONFIG, Xnor<kBits>>, FROM>(value);
  check_binary_convolution<With<CONFIG, PlusMinus>, FROM>(value);
}

using Padded = Geometry<3, 3, 2, 1, 2, 1, 1, 1>;
using Dilated = Geometry<2, 3, 1, 2, 2, 1, 3, 1>;

// Padding between -1 and +1 is nothing.
TEST(Binary, ConvolutionOfLevels) {
  check_levels<BinaryConfig<Padded, 1, 5, 1>, kOneBit>();
  check_levels<BinaryConfig<Padded, 2, 3, 2>, kTwoBits>();
  check_levels<BinaryConfig<Dilated, 3, 1, 3>, kThreeBits>();
  check_levels<BinaryConfig<Dilated, 1, 70, 6>, kFourBits>();
  check_levels<BinaryConfig<Padded, 2, 6, 4, 2>, kTwoBits>();
  check_levels<BinaryConfig<Dilated, 1, 70, 5, 35>, kOneBit>();
}

TEST(Binary, ConvolutionOfIntegers) {
  const auto value = [](int c, int y, int x) { return pixel(c, y, x) & 31; };
  constexpr Format kUnsigned = unsigned_format(5, 5);
  check_binary_convolution<With<BinaryConfig<Padded, 2, 3, 3>, PlusMinus>, kUnsigned>(value);
}

template <class GEOMETRY, int GROUPS, int N, int PARALLELISM, int SIMD = N>
void check_fractional() {
  using Config = BinaryConfig<GEOMETRY, GROUPS, N, PARALLELISM, SIMD>;
  const auto value = [](int c, int y, int x) { return level(2, pixel(c, y, x)); };
  const auto upper = [&](int c, int y, int x) { return value(c, y, x) >= 0 ? 2 : -2; };
  const BinaryTables<Config> tables;
  Beats<kTwoBits, GROUPS * N> in;
  Beats<kOut, 6> out;
  write_values(in, value);
  window<Config, FractionalConv2d>(out, in, tables.weight, tables.gate);
  int opened = 0, closed = 0;
  each_place<Config>([&](int y, int x) {
    const Pixel<Number<kOut>, 6> result = out.read();
    for (int o = 0; o < 6; ++o) {
      const std::int64_t first = binary_sum<Config>(o, y, x, upper);
      const std::int64_t full = binary_sum<Config>(o, y, x, value);
      (first > tables.gate[o] ? opened : closed) += 1;
      const std::int64_t sum = first > tables.gate[o] ? full : first;
      ASSERT_EQ(raw_value(result.data[o]), fixed::cast_raw(sum, 0, kOut))
          << o << " at " << y << ", " << x;
    }
  });
  EXPECT_GT(opened, 0);
  EXPECT_GT(closed, 0);
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Binary, FractionalConvolution) {
  check_fractional<Padded, 1, 5, 1>();
  check_fractional<Padded, 3, 2, 2>();
  check_fractional<Dilated, 1, 70, 3>();
  check_fractional<Padded, 3, 6, 5, 3>();
}

template <int PARALLELISM, int SIMD>
struct BinaryRows {
  static const int in_beats = 3;
  static const int out_features = 4;
  static const int parallelism = PARALLELISM;
  static const int simd = SIMD;
  static const int steps = 3 * 5 / simd;
  static const int sum_width = 20;
  static const int sum_frac_bits = 0;
  typedef qfx::Bit weight_t;
  typedef short bias_t;
};

template <class PRODUCT, int PARALLELISM, int SIMD>
void check_matrix() {
  constexpr int kParts = 5 / SIMD;
  const auto value = [](int beat, int lane) { return level(2, pixel(lane, beat, 0)); };
  Bits<SIMD> weight[3 * kParts][4];
  for (int step = 0; step < 3 * kParts; ++step)
    for (int o = 0; o < 4; ++o)
      weight[step][o] =
          bits_of<SIMD>([&](int i) { return sign_of(o, step / kParts, step % kParts * SIMD + i); });
  const signed char shift[4] = {0, 0, 0, 0};
  const short bias[4] = {1, -2, 3, 0};
  Beats<kTwoBits, 5> in;
  Beats<kOut, 2> out;
  for (int beat = 0; beat < 3; ++beat)
    write(in, {value(beat, 0), value(beat, 1), value(beat, 2), value(beat, 3), value(beat, 4)});
  linear<With<BinaryRows<PARALLELISM, SIMD>, PRODUCT>>(out, in, weight, shift, bias);
  for (int o = 0; o < 4; o += 2) {
    const Pixel<Number<kOut>, 2> result = out.read();
    for (int lane = 0; lane < 2; ++lane) {
      std::int64_t sum = bias[o + lane];
      for (int beat = 0; beat < 3; ++beat)
        for (int i = 0; i < 5; ++i) sum += sign_of(o + lane, beat, i) * value(beat, i);
      EXPECT_EQ(raw_value(result.data[lane]), fixed::cast_raw(sum, 0, kOut)) << o + lane;
    }
  }
  EXPECT_TRUE(in.empty() && out.empty());
}

TEST(Binary, Matrix) {
  check_matrix<Xnor<2>, 2, 5>();
  check_matrix<PlusMinus, 2, 5>();
  check_matrix<Xnor<2>, 3, 1>();
  check_matrix<PlusMinus, 4, 1>();
}

}  // namespace
}  // namespace qfx::test
