// map.h with each of its operations, and concat.h: every value or pair of values, against the law.
// The cast is the same in all of them and convert_test.cpp's in every mode.
#include <algorithm>
#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/abs.h"
#include "qfx/add.h"
#include "qfx/batch_norm.h"
#include "qfx/clip.h"
#include "qfx/concat.h"
#include "qfx/fixed/value.h"
#include "qfx/gate.h"
#include "qfx/khot.h"
#include "qfx/maximum.h"
#include "qfx/minimum.h"
#include "qfx/mul.h"
#include "qfx/multiply.h"
#include "qfx/neg.h"
#include "qfx/offset.h"
#include "qfx/prelu.h"
#include "qfx/relu.h"
#include "qfx/repeat.h"
#include "qfx/sub.h"

namespace qfx::test {
namespace {

constexpr Format kA = signed_format(5, 3), kB = unsigned_format(4, 1);
constexpr int kValues = 1 << 5;

// f(a, b) for every pair of raw values of kA and kB.
template <class F>
void each_pair(const F& f) {
  for (std::int64_t a : every_raw(kA))
    for (std::int64_t b : every_raw(kB)) f(a, b);
}

// `exact` of a pair, with `frac_bits` fraction bits.
template <class OPERATION, Format TO, class Exact>
void check_pairs(int frac_bits, const Exact& exact) {
  Beats<kA> a;
  Beats<kB> b;
  Beats<TO> out;
  each_pair([&](std::int64_t x, std::int64_t y) {
    write(a, {x});
    write(b, {y});
  });
  map<kValues * 16, OPERATION>(out, a, b);
  each_pair([&](std::int64_t x, std::int64_t y) {
    ASSERT_EQ(read(out), fixed::cast_raw(exact(x, y), frac_bits, TO)) << x << ", " << y;
  });
}

TEST(Layers, OfTwoStreams) {
  each_destination([]<Format TO>() {
    check_pairs<Add, TO>(3, [](std::int64_t x, std::int64_t y) { return 2 * x + y; });
    check_pairs<Sub, TO>(3, [](std::int64_t x, std::int64_t y) { return 2 * x - y; });
    check_pairs<Mul, TO>(5, [](std::int64_t x, std::int64_t y) { return x * y; });
    check_pairs<Gate, TO>(5, [](std::int64_t x, std::int64_t y) { return x * y; });
    check_pairs<Maximum, TO>(3, [](std::int64_t x, std::int64_t y) { return std::max(2 * x, y); });
    check_pairs<Minimum, TO>(3, [](std::int64_t x, std::int64_t y) { return std::min(2 * x, y); });
  });
}

// `exact` of one value, with its own fraction bits.
template <class OPERATION, Format FROM, Format TO, class Exact>
void check_values(const Exact& exact) {
  Beats<FROM> in;
  Beats<TO> out;
  write_all(in, every_raw(FROM));
  map<(1 << FROM.width), OPERATION>(out, in);
  for (std::int64_t x : every_raw(FROM))
    ASSERT_EQ(read(out), fixed::cast_raw(exact(x), FROM.frac_bits(), TO)) << x;
}

TEST(Layers, OfOneStream) {
  const auto relu = [](std::int64_t x) { return std::max<std::int64_t>(x, 0); };
  const auto magnitude = [](std::int64_t x) { return std::abs(x); };
  const auto negative = [](std::int64_t x) { return -x; };
  each_destination([&]<Format TO>() {
    check_values<Relu, kA, TO>(relu);
    check_values<Abs, kA, TO>(magnitude);
    check_values<Abs, kB, TO>(magnitude);
    check_values<Neg, kA, TO>(negative);
    check_values<Neg, kB, TO>(negative);
  });
}

// What a vendor's own comparison gets wrong: an unsigned operand of as many bits as a C type has.
TEST(Layers, TheLargerOfAWideUnsignedAndANegativeValue) {
  constexpr Format kWide = unsigned_format(31, 31), kNegative = signed_format(32, 31);
  constexpr Format kTo{32, 32, true, fixed::Rounding::TRN, fixed::Overflow::SAT};
  Beats<kWide> a;
  Beats<kNegative> b;
  Beats<kTo> larger, smaller;
  for (int i = 0; i < 2; ++i) {
    write(a, {1});
    write(b, {-4});
  }
  map<1, Maximum>(larger, a, b);
  map<1, Minimum>(smaller, a, b);
  EXPECT_EQ(read(larger), 1);
  EXPECT_EQ(read(smaller), -2);
}

// Between -1.25 and 2.125, with kA in quarters: -5 and 8 in quarters, -10 and 17 in eighths.
struct ClipConfig {
  static const int sum_width = 6;
  static const int sum_frac_bits = 3;
  static const std::int64_t below = -5, above = 8, low = -10, high = 17;
  static const int places = 1;
};

TEST(Layers, Clip) {
  each_destination([]<Format TO>() {
    Beats<kA> in;
    Beats<TO> out;
    write_all(in, every_raw(kA));
    map<kValues, Clip<ClipConfig>>(out, in);
    for (std::int64_t x : every_raw(kA))
      ASSERT_EQ(read(out), fixed::cast_raw(std::clamp<std::int64_t>(2 * x, -10, 17), 3, TO)) << x;
  });
}

// Two channels, factors 3/4 and -5/2, sums and offsets in sixteenths: kA is in quarters.
struct ChannelConfig {
  static const int sum_width = 11;
  static const int sum_frac_bits = 4;
  static const int places = 2;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef short bias_t;
};
struct TwoHotConfig : ChannelConfig {
  typedef qfx::Digits<2> weight_t;
  typedef qfx::KHot<2> product;
};
constexpr signed char kFactor[1][2] = {{3, -5}};
constexpr Digits<2> kDigits[1][2] = {{{{0x41, 0x40}}, {{0xc2, 0xc0}}}};
constexpr signed char kShift[1][2] = {{0, 1}};
constexpr short kOffset[1][2] = {{7, -90}};

// `exact` of a value and its channel, in sixteenths.
template <class OPERATION, Format TO, class Exact, class... TABLES>
void check_channels(const Exact& exact, const TABLES&... tables) {
  Beats<kA, 2> in;
  Beats<TO, 2> out;
  for (std::int64_t x : every_raw(kA)) write(in, {x, x});
  map<kValues, OPERATION>(out, in, tables...);
  for (std::int64_t x : every_raw(kA)) {
    const Pixel<Number<TO>, 2> y = out.read();
    for (int c : {0, 1})
      ASSERT_EQ(raw_value(y.data[c]), fixed::cast_raw(exact(x, c), 4, TO)) << x << ", " << c;
  }
}

TEST(Layers, WithConstantsPerChannel) {
  const auto product = [](std::int64_t x, int c) { return c == 0 ? 3 * x : -10 * x; };
  const auto bent = [&](std::int64_t x, int c) { return x < 0 ? product(x, c) : 4 * x; };
  const auto moved = [](std::int64_t x, int c) { return 4 * x + kOffset[0][c]; };
  const auto affine = [&](std::int64_t x, int c) { return product(x, c) + kOffset[0][c]; };
  each_destination([&]<Format TO>() {
    check_channels<Prelu<ChannelConfig>, TO>(bent, kFactor, kShift);
    check_channels<Prelu<TwoHotConfig>, TO>(bent, kDigits, kShift);
    check_channels<Offset<ChannelConfig>, TO>(moved, kOffset);
    check_channels<BatchNorm<ChannelConfig>, TO>(affine, kFactor, kShift, kOffset);
    check_channels<BatchNorm<TwoHotConfig>, TO>(affine, kDigits, kShift, kOffset);
  });
}

// A vector in three beats has a row of constants for each of them.
TEST(Layers, ARowOfConstantsForEachBeat) {
  constexpr Format kTo{8, 4, true};
  static const short offset[3][2] = {{1, 2}, {30, 40}, {-5, -60}};
  Beats<kA, 2> in;
  Beats<kTo, 2> out;
  for (std::int64_t beat = 0; beat < 3; ++beat) write(in, {beat, -beat});
  map<3, Offset<ChannelConfig>>(out, in, offset);
  for (std::int64_t beat = 0; beat < 3; ++beat) {
    const Pixel<Number<kTo>, 2> y = out.read();
    EXPECT_EQ(raw_value(y.data[0]), fixed::cast_raw(4 * beat + offset[beat][0], 4, kTo));
    EXPECT_EQ(raw_value(y.data[1]), fixed::cast_raw(-4 * beat + offset[beat][1], 4, kTo));
  }
}

// Three beats of two lanes become one of six, four times.
TEST(Layers, ARepeatedVectorIsAPixelEachTime) {
  Beats<kA, 2> in;
  Beats<kA, 6> out;
  for (std::int64_t image : {0, 1})
    for (std::int64_t beat = 0; beat < 3; ++beat) write(in, {2 * beat - image, 2 * beat + 1});
  for (std::int64_t image : {0, 1}) {
    repeat<3, 4>(out, in);
    for (int time = 0; time < 4; ++time) {
      const Pixel<Number<kA>, 6> y = out.read();
      for (int lane = 0; lane < 6; ++lane)
        EXPECT_EQ(raw_value(y.data[lane]), lane % 2 == 0 ? lane - image : lane);
    }
  }
}

TEST(Layers, ConcatOfImagesPutsLanesSideBySide) {
  constexpr Format kTo{6, 4, true, fixed::Rounding::RND, fixed::Overflow::SAT};
  Beats<kA, 2> a;
  Beats<kB> b;
  Beats<kTo, 5> out;
  for (std::int64_t beat = 0; beat < 4; ++beat) {
    write(a, {beat, -beat});
    write(a, {beat + 4, 9 - beat});
    write(b, {3 * beat});
  }
  // The first tensor twice: its stream holds two pixels for each of the result's.
  concat<4>(out, a, b, a);
  for (std::int64_t beat = 0; beat < 4; ++beat) {
    const Pixel<Number<kTo>, 5> y = out.read();
    const std::int64_t expected[] = {beat, -beat, 3 * beat, beat + 4, 9 - beat};
    for (int lane = 0; lane < 5; ++lane)
      EXPECT_EQ(raw_value(y.data[lane]), fixed::cast_raw(expected[lane], lane == 2 ? 3 : 2, kTo));
  }
  EXPECT_TRUE(a.empty() && b.empty() && out.empty());
}

// 3 beats of 2 lanes and 5 of 1 into 11 elements, a prime: one per beat. Then 12 in beats of 4.
TEST(Layers, ConcatOfVectorsPacksElementsAnew) {
  constexpr Format kTo{8, 5, true};
  Beats<kA, 2> a;
  Beats<kB> b;
  const auto fill = [&](std::int64_t count) {
    for (std::int64_t i = 0; i < 6; i += 2) write(a, {i, i + 1});
    for (std::int64_t i = 0; i < count; ++i) write(b, {15 - i});
  };
  const auto expected = [&](std::int64_t i) {
    return i < 6 ? fixed::cast_raw(i, 2, kTo) : fixed::cast_raw(15 - (i - 6), 3, kTo);
  };
  Beats<kTo> ones;
  fill(5);
  concat_vectors<3, 5>(ones, a, b);
  for (std::int64_t i = 0; i < 11; ++i) EXPECT_EQ(read(ones), expected(i));
  Beats<kTo, 4> fours;
  fill(6);
  concat_vectors<3, 6>(fours, a, b);
  for (std::int64_t beat = 0; beat < 3; ++beat) {
    const Pixel<Number<kTo>, 4> y = fours.read();
    for (int lane = 0; lane < 4; ++lane)
      EXPECT_EQ(raw_value(y.data[lane]), expected(4 * beat + lane));
  }
  EXPECT_TRUE(a.empty() && b.empty() && ones.empty() && fours.empty());
}

}  // namespace
}  // namespace qfx::test
