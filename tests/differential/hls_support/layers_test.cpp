// The element-wise layers with two operands or two sides: every pair of values through every mode,
// against the law.
#include <algorithm>
#include <gtest/gtest.h>

#include "formats.h"

#include "qfx/clip.h"
#include "qfx/concat.h"
#include "qfx/fixed/value.h"
#include "qfx/khot.h"
#include "qfx/mul.h"
#include "qfx/multiply.h"
#include "qfx/prelu.h"
#include "qfx/shift.h"
#include "qfx/sub.h"

namespace qfx::test {
namespace {

using A = ap_fixed<5, 3>;
using B = ap_ufixed<4, 1>;
constexpr int kPairs = 32 * 16;

template <class T, int C>
Pixel<T, C> pixel_of(std::initializer_list<std::int64_t> raw) {
  Pixel<T, C> pixel;
  std::transform(raw.begin(), raw.end(), pixel.data, [](std::int64_t r) { return from_raw<T>(r); });
  return pixel;
}

// f(a, b) for every pair of raw values of A and B.
template <class F>
void each_pair(const F& f) {
  for (std::int64_t a = -16; a < 16; ++a)
    for (std::int64_t b = 0; b < 16; ++b) f(a, b);
}

template <class OUT>
void check_sub_and_mul() {
  const fixed::Format to = FormatOf<OUT>::get();
  hls::stream<Pixel<A, 1>> a("a");
  hls::stream<Pixel<B, 1>> b("b");
  hls::stream<Pixel<OUT, 1>> out("out");
  const auto fill = [&] {
    each_pair([&](std::int64_t x, std::int64_t y) {
      a.write(pixel_of<A, 1>({x}));
      b.write(pixel_of<B, 1>({y}));
    });
  };
  fill();
  sub<kPairs>(a, b, out);
  each_pair([&](std::int64_t x, std::int64_t y) {
    ASSERT_EQ(raw_value(out.read().data[0]), fixed::cast_raw(2 * x - y, 3, to)) << x << " - " << y;
  });
  fill();
  mul<kPairs>(a, b, out);
  each_pair([&](std::int64_t x, std::int64_t y) {
    ASSERT_EQ(raw_value(out.read().data[0]), fixed::cast_raw(x * y, 5, to)) << x << " * " << y;
  });
}

// Between -1.25 and 2.125, with A in quarters: -5 and 8 in quarters, -10 and 17 in eighths.
struct ClipConfig {
  static const int beats = 32;
  static const int sum_width = 6;
  static const int sum_frac_bits = 3;
  static const std::int64_t below = -5, above = 8, low = -10, high = 17;
  static const int places = 1;
};

template <class OUT>
void check_clip() {
  hls::stream<Pixel<A, 1>> in("in");
  hls::stream<Pixel<OUT, 1>> out("out");
  for (std::int64_t x = -16; x < 16; ++x) in.write(pixel_of<A, 1>({x}));
  clip<ClipConfig>(in, out);
  for (std::int64_t x = -16; x < 16; ++x)
    ASSERT_EQ(raw_value(out.read().data[0]),
              fixed::cast_raw(std::clamp<std::int64_t>(2 * x, -10, 17), 3, FormatOf<OUT>::get()))
        << x;
}

// Two channels, slopes 3/4 and -5/2, sums and offsets in sixteenths: A is in quarters.
struct ChannelConfig {
  static const int beats = 32;
  static const int table_beats = 1;
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

template <class OUT>
void check_prelu_and_shift() {
  const fixed::Format to = FormatOf<OUT>::get();
  static const signed char slope[1][2] = {{3, -5}};
  static const Digits<2> digits[1][2] = {{{{0x41, 0x40}}, {{0xc2, 0xc0}}}};
  static const signed char places[1][2] = {{0, 1}};
  static const short offset[1][2] = {{7, -90}};
  hls::stream<Pixel<A, 2>> in("in");
  hls::stream<Pixel<OUT, 2>> out("out");
  const auto fill = [&] {
    for (std::int64_t x = -16; x < 16; ++x) in.write(pixel_of<A, 2>({x, x}));
  };
  const auto expect_bent = [&] {
    for (std::int64_t x = -16; x < 16; ++x) {
      const Pixel<OUT, 2> y = out.read();
      ASSERT_EQ(raw_value(y.data[0]), fixed::cast_raw(x < 0 ? 3 * x : 4 * x, 4, to)) << x;
      ASSERT_EQ(raw_value(y.data[1]), fixed::cast_raw(x < 0 ? -10 * x : 4 * x, 4, to)) << x;
    }
  };
  fill();
  prelu<ChannelConfig>(in, out, slope, places);
  expect_bent();
  fill();
  prelu<TwoHotConfig>(in, out, digits, places);
  expect_bent();
  fill();
  shift<ChannelConfig>(in, out, offset);
  for (std::int64_t x = -16; x < 16; ++x) {
    const Pixel<OUT, 2> y = out.read();
    ASSERT_EQ(raw_value(y.data[0]), fixed::cast_raw(4 * x + 7, 4, to)) << x;
    ASSERT_EQ(raw_value(y.data[1]), fixed::cast_raw(4 * x - 90, 4, to)) << x;
  }
}

TEST(Layers, SubAndMulInEveryMode) {
  each_mode([](auto out) { check_sub_and_mul<decltype(out)>(); });
}

TEST(Layers, ClipInEveryMode) {
  each_mode([](auto out) { check_clip<decltype(out)>(); });
}

TEST(Layers, PreluAndShiftInEveryMode) {
  each_mode([](auto out) { check_prelu_and_shift<decltype(out)>(); });
}

TEST(Layers, ConcatOfImagesPutsLanesSideBySide) {
  using Out = ap_fixed<6, 4, AP_RND, AP_SAT>;
  hls::stream<Pixel<A, 2>> a("a");
  hls::stream<Pixel<B, 1>> b("b");
  hls::stream<Pixel<Out, 5>> out("out");
  for (std::int64_t beat = 0; beat < 4; ++beat) {
    a.write(pixel_of<A, 2>({beat, -beat}));
    a.write(pixel_of<A, 2>({beat + 4, 9 - beat}));
    b.write(pixel_of<B, 1>({3 * beat}));
  }
  // The first tensor twice: its stream holds two pixels for each of the result's.
  concat<4>(out, a, b, a);
  const fixed::Format to = FormatOf<Out>::get();
  for (std::int64_t beat = 0; beat < 4; ++beat) {
    const Pixel<Out, 5> y = out.read();
    const std::int64_t expected[] = {beat, -beat, 3 * beat, beat + 4, 9 - beat};
    for (int lane = 0; lane < 5; ++lane)
      EXPECT_EQ(raw_value(y.data[lane]), fixed::cast_raw(expected[lane], lane == 2 ? 3 : 2, to));
  }
  EXPECT_TRUE(a.empty() && b.empty() && out.empty());
}

// 3 beats of 2 lanes and 5 of 1 into 11 elements, a prime: one a beat. Then 12 in beats of 4.
TEST(Layers, ConcatOfVectorsPacksElementsAnew) {
  using Out = ap_fixed<8, 5, AP_TRN, AP_WRAP>;
  const fixed::Format to = FormatOf<Out>::get();
  hls::stream<Pixel<A, 2>> a("a");
  hls::stream<Pixel<B, 1>> b("b");
  const auto fill = [&](std::int64_t count) {
    for (std::int64_t i = 0; i < 6; i += 2) a.write(pixel_of<A, 2>({i, i + 1}));
    for (std::int64_t i = 0; i < count; ++i) b.write(pixel_of<B, 1>({15 - i}));
  };
  const auto expected = [&](std::int64_t i) {
    return i < 6 ? fixed::cast_raw(i, 2, to) : fixed::cast_raw(15 - (i - 6), 3, to);
  };
  hls::stream<Pixel<Out, 1>> ones("ones");
  fill(5);
  concat_vectors<3, 5>(ones, a, b);
  for (std::int64_t i = 0; i < 11; ++i) EXPECT_EQ(raw_value(ones.read().data[0]), expected(i));
  hls::stream<Pixel<Out, 4>> fours("fours");
  fill(6);
  concat_vectors<3, 6>(fours, a, b);
  for (std::int64_t beat = 0; beat < 3; ++beat) {
    const Pixel<Out, 4> y = fours.read();
    for (int lane = 0; lane < 4; ++lane)
      EXPECT_EQ(raw_value(y.data[lane]), expected(4 * beat + lane));
  }
  EXPECT_TRUE(a.empty() && b.empty() && ones.empty() && fours.empty());
}

}  // namespace
}  // namespace qfx::test
