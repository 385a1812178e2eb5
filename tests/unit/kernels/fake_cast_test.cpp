// Single values whose results are known, and what the header says of special numbers and layouts.
#include "qfx/kernels/fake_cast.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numbers>

#include "support/kernel_targets.h"

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

using fixed::Format;
using fixed::Overflow;
using fixed::Rounding;
using ::testing::ElementsAre;
using ::testing::IsNan;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> cast(std::vector<float> x, const Format& format, int frac_bits) {
  fake_cast(x.data(), x.data(), {1, 1, static_cast<std::int64_t>(x.size())}, format, &frac_bits);
  return x;
}

std::vector<float> round_ties(Rounding rounding) {
  return cast({-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f}, {8, 8, true, rounding, Overflow::SAT}, 0);
}

TEST(FakeCast, TiesGoWhereTheModeSays) {
  on_every_target([] {
    EXPECT_THAT(round_ties(Rounding::RND), ElementsAre(-2, -1, 0, 1, 2, 3));
    EXPECT_THAT(round_ties(Rounding::RND_ZERO), ElementsAre(-2, -1, 0, 0, 1, 2));
    EXPECT_THAT(round_ties(Rounding::RND_MIN_INF), ElementsAre(-3, -2, -1, 0, 1, 2));
    EXPECT_THAT(round_ties(Rounding::RND_INF), ElementsAre(-3, -2, -1, 1, 2, 3));
    EXPECT_THAT(round_ties(Rounding::RND_CONV), ElementsAre(-2, -2, 0, 0, 2, 2));
    EXPECT_THAT(round_ties(Rounding::TRN), ElementsAre(-3, -2, -1, 0, 1, 2));
    EXPECT_THAT(round_ties(Rounding::TRN_ZERO), ElementsAre(-2, -1, 0, 0, 1, 2));
    EXPECT_THAT(round_ties(Rounding::RND_CONV_ODD), ElementsAre(-3, -1, -1, 1, 1, 3));
  });
}

std::vector<float> overflow(Overflow mode, int n = 0) {
  return cast({-20, -16, -12, 8, 12, 16, 20}, {4, 4, true, Rounding::TRN, mode, n}, 0);
}

TEST(FakeCast, OverflowDoesWhatTheModeSays) {
  on_every_target([] {
    EXPECT_THAT(overflow(Overflow::SAT), ElementsAre(-8, -8, -8, 7, 7, 7, 7));
    EXPECT_THAT(overflow(Overflow::SAT_SYM), ElementsAre(-7, -7, -7, 7, 7, 7, 7));
    EXPECT_THAT(overflow(Overflow::SAT_ZERO), ElementsAre(0, 0, 0, 0, 0, 0, 0));
    EXPECT_THAT(overflow(Overflow::WRAP), ElementsAre(-4, 0, 4, -8, -4, 0, 4));
    EXPECT_THAT(overflow(Overflow::WRAP, 1), ElementsAre(-4, -8, -4, 0, 4, 0, 4));
    EXPECT_THAT(overflow(Overflow::WRAP, 3), ElementsAre(-8, -8, -8, 6, 6, 6, 6));
    EXPECT_THAT(overflow(Overflow::WRAP_SM), ElementsAre(3, -1, -5, 7, 3, -1, -5));
    EXPECT_THAT(overflow(Overflow::WRAP_SM, 1), ElementsAre(-4, -1, -5, 7, 3, 0, 4));
    EXPECT_THAT(overflow(Overflow::WRAP_SM, 3), ElementsAre(-8, -8, -8, 7, 7, 7, 7));
  });
}

TEST(FakeCast, OneSignedBitHasNoSymmetricRange) {
  on_every_target([] {
    EXPECT_THAT(cast({-5, -1, 0, 5}, {1, 1, true, Rounding::TRN, Overflow::SAT_SYM}, 0),
                ElementsAre(-1, -1, 0, 0));
  });
}

TEST(FakeCast, NumbersWhereAddingAHalfRounds) {
  const Format format{24, 24, true, Rounding::RND, Overflow::SAT};
  on_every_target([&] {
    EXPECT_THAT(cast({0.49999997f, -0.50000006f, 8388607.0f, -8388608.0f, 4194303.5f}, format, 0),
                ElementsAre(0, -1, 8388607, -8388608, 4194304));
  });
}

TEST(FakeCast, DenormalsKeepTheirSign) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  on_every_target([&] {
    for (const int frac_bits : {-90, -1, 0, 90}) {
      const float unit = std::ldexp(1.0f, -frac_bits);
      for (const Overflow mode : {Overflow::SAT, Overflow::SAT_ZERO, Overflow::WRAP}) {
        EXPECT_THAT(cast({tiny, -tiny}, {8, 8, true, Rounding::TRN, mode}, frac_bits),
                    ElementsAre(0, -unit));
        EXPECT_THAT(cast({tiny, -tiny}, {8, 8, true, Rounding::RND, mode}, frac_bits),
                    ElementsAre(0, 0));
      }
      // Below zero by whatever little is outside an unsigned format when rounded down.
      const Format format{8, 8, false, Rounding::TRN, Overflow::SAT};
      const std::vector<float> x{tiny, -tiny}, dy{1, 1};
      std::vector<float> dx(2);
      PointGradient point;
      fake_cast_backward(x.data(), dy.data(), dx.data(), {1, 1, 2}, format, &frac_bits, &point);
      EXPECT_THAT(dx, ElementsAre(1, 0));
      EXPECT_EQ(point.overflows, 1);
      EXPECT_EQ(count_overflows(x.data(), {1, 1, 2}, format, &frac_bits), 1);
    }
  });
}

TEST(FakeCast, ZeroIsPositive) {
  on_every_target([] {
    for (const Overflow overflow : {Overflow::SAT, Overflow::SAT_ZERO, Overflow::WRAP})
      for (const float y : cast({-0.0f, -0.25f}, {8, 8, true, Rounding::RND, overflow}, 0))
        EXPECT_FALSE(std::signbit(y));
  });
}

TEST(FakeCast, NanStaysAndInfinityIsBeyondAll) {
  on_every_target([] {
    for (int r = 0; r < fixed::kRoundingCount; ++r) {
      const auto rounding = static_cast<Rounding>(r);
      for (const Overflow mode : {Overflow::SAT, Overflow::SAT_ZERO, Overflow::SAT_SYM,
                                  Overflow::WRAP, Overflow::WRAP_SM}) {
        const auto y =
            cast({std::nanf(""), kInfinity, -kInfinity}, {8, 8, true, rounding, mode}, 2);
        EXPECT_TRUE(std::isnan(y[0]));
        const std::vector<float> infinities{y[1], y[2]};
        switch (mode) {
          case Overflow::SAT:
            EXPECT_THAT(infinities, ElementsAre(31.75f, -32.0f));
            break;
          case Overflow::SAT_SYM:
            EXPECT_THAT(infinities, ElementsAre(31.75f, -31.75f));
            break;
          case Overflow::SAT_ZERO:
            EXPECT_THAT(infinities, ElementsAre(0, 0));
            break;
          case Overflow::WRAP:
          case Overflow::WRAP_SM:
            EXPECT_THAT(infinities, ElementsAre(IsNan(), IsNan()));
            break;
        }
      }
    }
  });
}

TEST(FakeCast, EveryChannelHasItsOwnPoint) {
  const int frac_bits[] = {0, 1, 2};
  const Format format{8, 8, true, Rounding::RND, Overflow::SAT};
  on_every_target([&] {
    std::vector<float> x(6, 1.3f), y(6);
    fake_cast(x.data(), y.data(), {1, 3, 2}, format, frac_bits);
    EXPECT_THAT(y, ElementsAre(1, 1, 1.5, 1.5, 1.25, 1.25));
    fake_cast(x.data(), y.data(), {2, 3, 1}, format, frac_bits);
    EXPECT_THAT(y, ElementsAre(1, 1.5, 1.25, 1, 1.5, 1.25));
  });
}

TEST(FakeCast, NothingIsDoneForNoElements) {
  PointGradient point{7, 7};
  const int frac_bits = 3;
  on_every_target([&] {
    fake_cast<float>(nullptr, nullptr, {0, 1, 4}, {}, &frac_bits);
    fake_cast_backward<float>(nullptr, nullptr, nullptr, {0, 1, 4}, {}, &frac_bits, &point);
    EXPECT_EQ(point.df, 0);
    EXPECT_EQ(point.overflows, 0);
    EXPECT_EQ(count_overflows<float>(nullptr, {0, 1, 4}, {}, &frac_bits), 0);
  });
}

TEST(FakeCast, AFormatTooWideForTheCarrierIsOurMistake) {
  const int frac_bits = 0;
  float x = 1;
  double wide = 1;
  EXPECT_THROW(fake_cast(&x, &x, {}, {25, 25}, &frac_bits), InternalError);
  EXPECT_THROW(fake_cast(&wide, &wide, {}, {54, 54}, &frac_bits), InternalError);
  EXPECT_NO_THROW(fake_cast(&x, &x, {}, {24, 24}, &frac_bits));
  EXPECT_NO_THROW(fake_cast(&wide, &wide, {}, {53, 53}, &frac_bits));
  EXPECT_THROW((affine_cast<float, double>(&x, &x, &x, &x, {}, {25, 25}, 0)), InternalError);
}

// dq/df against differences of q with f real: a saturated q is L or H * 2^-f; inside, the rounding
// error of x * 2^f is held fixed, which is what straight-through means.
TEST(FakeCastBackward, PointGradientIsTheSlopeOfTheStraightThroughSurrogate) {
  const Format format{6, 6, true, Rounding::RND, Overflow::SAT};
  const int f = 3;
  for (const double x : {-9.0, -4.0, -3.99, -1.03, -0.1, 0.0, 0.07, 2.51, 3.9, 4.1, 100.0}) {
    const double n = std::floor(std::ldexp(x, f) + 0.5);
    const double error = n - std::ldexp(x, f);
    const auto surrogate = [&](double point) {
      const double raw = n > 31 ? 31 : n < -32 ? -32 : x * std::exp2(point) + error;
      return raw * std::exp2(-point);
    };
    const double h = 1e-5;
    const double slope = (surrogate(f + h) - surrogate(f - h)) / (2 * h);
    const double dy = 1;
    double dx = 0;
    PointGradient point;
    fake_cast_backward(&x, &dy, &dx, {}, format, &f, &point);
    EXPECT_NEAR(point.df, slope, 1e-8) << x;
    EXPECT_EQ(dx, n <= 31 && n >= -32 ? 1 : 0) << x;
    EXPECT_EQ(point.overflows, n > 31 || n < -32) << x;
  }
}

TEST(FakeCastBackward, ANanCountsAndShows) {
  const Format format{8, 8, true, Rounding::RND, Overflow::SAT};
  const int f = 0;
  on_every_target([&] {
    const std::vector<float> x{1, std::nanf(""), 2}, dy{1, 1, 1};
    std::vector<float> dx(3);
    PointGradient point;
    fake_cast_backward(x.data(), dy.data(), dx.data(), {1, 1, 3}, format, &f, &point);
    EXPECT_THAT(dx, ElementsAre(1, 0, 1));
    EXPECT_TRUE(std::isnan(point.df));
    EXPECT_EQ(point.overflows, 1);
    EXPECT_EQ(count_overflows(x.data(), {1, 1, 3}, format, &f), 1);
  });
}

TEST(FakeCastBackward, SymmetricSaturationLeavesTheLowestValueOut) {
  const int f = 0;
  const float x = -128, dy = 1;
  float dx = 7;
  PointGradient point;
  fake_cast_backward(&x, &dy, &dx, {}, {8, 8, true, Rounding::RND, Overflow::SAT}, &f, &point);
  EXPECT_EQ(dx, 1);
  EXPECT_EQ(point.overflows, 0);
  fake_cast_backward(&x, &dy, &dx, {}, {8, 8, true, Rounding::RND, Overflow::SAT_SYM}, &f, &point);
  EXPECT_EQ(dx, 0);
  EXPECT_EQ(point.overflows, 1);
  EXPECT_DOUBLE_EQ(point.df, std::numbers::ln2 * 127);
}

TEST(ClipCast, BoundsBetweenTheGridsNumbers) {
  on_every_target([&] {
    const std::vector<float> x{-kInfinity, -3, -0.25f, -0.0f, 0.25f, 3, kInfinity, std::nanf("")};
    std::vector<float> y(8);
    const int f = 1;
    const auto clip = [&](Rounding rounding, Overflow overflow) {
      clip_cast(x.data(), {-1.25f, 2.25f}, y.data(), {1, 1, 8}, {4, 4, true, rounding, overflow},
                &f);
      return y;
    };
    EXPECT_THAT(clip(Rounding::TRN, Overflow::SAT),
                ElementsAre(-1.5f, -1.5f, -0.5f, 0, 0, 2, 2, IsNan()));
    EXPECT_FALSE(std::signbit(y[3]));
    EXPECT_THAT(clip(Rounding::RND_INF, Overflow::WRAP),
                ElementsAre(-1.5f, -1.5f, -0.5f, 0, 0.5f, 2.5f, 2.5f, IsNan()));
  });
}

TEST(ClipCastBackward, NothingPassesOnABoundOrBeyond) {
  const Format format{4, 4, true, Rounding::RND, Overflow::SAT};  // to 7
  const int f = 0;
  on_every_target([&] {
    // 8.5 lies within the bounds and overflows, as 9 does, which 20 becomes.
    const std::vector<float> x{-5, -2, -1.75f, 0, 6, 8.5f, 9, 20, std::nanf("")},
        dy{1, 2, 3, 4, 5, 6, 7, 8, 0};
    std::vector<float> dx(9);
    PointGradient point;
    clip_cast_backward(x.data(), {-2, 9}, dy.data(), dx.data(), {1, 1, 8}, format, &f, &point);
    EXPECT_THAT(dx, ElementsAre(0, 0, 3, 4, 5, 0, 0, 0, 0));
    EXPECT_EQ(point.overflows, 3);
    EXPECT_DOUBLE_EQ(point.df, std::numbers::ln2 * (3 * 0.25 - 7 * (6 + 7 + 8)));
    clip_cast_backward(x.data(), {-2, 9}, dy.data(), dx.data(), {1, 1, 9}, format, &f, &point);
    EXPECT_EQ(dx[8], 0);
    EXPECT_EQ(point.overflows, 4);
    EXPECT_TRUE(std::isnan(point.df));
  });
}

TEST(AffineCastBackward, GradientsOfScaleAndOffset) {
  const Format format{8, 8, true, Rounding::RND, Overflow::SAT};
  on_every_target([&] {
    // 2 * 3 + 1 and 2 * 100 + 1, which saturates at 127.
    const std::vector<float> x{3, 100}, dy{0.5f, 0.25f};
    const float scale = 2, offset = 1;
    std::vector<float> dx(2);
    double d_scale = 0, d_offset = 0;
    PointGradient point;
    affine_cast_backward<float, double>(x.data(), &scale, &offset, dy.data(), dx.data(), {1, 1, 2},
                                        format, 0, &d_scale, &d_offset, &point);
    EXPECT_THAT(dx, ElementsAre(1, 0));
    EXPECT_EQ(d_scale, 1.5);
    EXPECT_EQ(d_offset, 0.5);
    EXPECT_EQ(point.overflows, 1);
    EXPECT_DOUBLE_EQ(point.df, std::numbers::ln2 * 0.25 * -127);
  });
}

TEST(PreluCast, SlopesOfChannels) {
  const Format format{8, 8, true, Rounding::RND, Overflow::SAT};
  on_every_target([&] {
    const std::vector<float> x{4, -4, -0.0f, 200, -4, std::nanf("")}, slope{0.5f, -2};
    std::vector<float> y(6);
    prelu_cast<float, double>(x.data(), slope.data(), y.data(), {1, 2, 3}, format, 0);
    EXPECT_THAT(y, ElementsAre(4, -2, 0, 127, 8, IsNan()));
    EXPECT_FALSE(std::signbit(y[2]));
    // One slope for all is a leaky relu.
    prelu_cast<float, float>(x.data(), slope.data(), y.data(), {1, 1, 5}, format, 0);
    EXPECT_THAT(y, ElementsAre(4, -2, 0, 127, -2, IsNan()));
  });
}

TEST(PreluCastBackward, GradientsOfXAndSlope) {
  const Format format{8, 8, true, Rounding::RND, Overflow::SAT};
  on_every_target([&] {
    // 4, -1.5 (to -1), 200 and -250: the last two saturate. At 0 the slope's side counts.
    const std::vector<float> x{4, -3, 200, -500, 0}, dy{1, 2, 3, 4, 5};
    const float slope = 0.5f;
    std::vector<float> dx(5);
    double d_slope = 7;
    PointGradient point;
    prelu_cast_backward<float, double>(x.data(), &slope, dy.data(), dx.data(), {1, 1, 5}, format, 0,
                                       &d_slope, &point);
    EXPECT_THAT(dx, ElementsAre(1, 1, 0, 0, 2.5f));
    EXPECT_EQ(d_slope, -6);
    EXPECT_EQ(point.overflows, 2);
    EXPECT_DOUBLE_EQ(point.df, std::numbers::ln2 * (2 * -0.5 + 3 * -127 + 4 * 128));
  });
}

TEST(FakeCast, AnArrayWithoutChannelsIsEmpty) {
  const Format format{8, 4, true, Rounding::RND, Overflow::SAT};
  on_every_target([&] {
    float value = 3;
    double scale = 1, offset = 1;
    PointGradient point{1, 1};
    for (const Extent& extent : {Extent{2, 0, 3}, Extent{2, 0, 64}, Extent{0, 0, 0}}) {
      fake_cast(&value, &value, extent, format, nullptr);
      fake_cast_backward(&value, &value, &value, extent, format, nullptr, &point);
      affine_cast_backward<float, float>(&value, &value, &value, &value, &value, extent, format, 4,
                                         &scale, &offset, &point);
      EXPECT_EQ(count_overflows(&value, extent, format, nullptr), 0);
    }
    EXPECT_EQ(value, 3);
    EXPECT_EQ(point.df, 0);  // of the affine cast, which has one point whatever the channels
    EXPECT_EQ(scale, 1);
  });
}

TEST(Targets, TheBestOfThisMachineRunsByItself) {
  const auto targets = machine_targets();
  EXPECT_STREQ(active_target(), hwy::TargetName(targets.front()));
#if HWY_ARCH_X86
  std::vector<std::string> expected{"SCALAR"};
  const auto add_if = [&](bool has, const char* name) {
    if (has) expected.insert(expected.begin(), name);
  };
  add_if(__builtin_cpu_supports("sse4.2"), "SSE4");
  add_if(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"), "AVX2");
  add_if(__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl"),
         "AVX3");
  std::vector<std::string> names;
  for (const std::int64_t target : targets) names.emplace_back(hwy::TargetName(target));
  EXPECT_EQ(names, expected);
#endif
}

}  // namespace
}  // namespace qfx::kernels
