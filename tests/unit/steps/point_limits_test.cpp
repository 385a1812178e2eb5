// How fine a constant's point may be, against the sums it is for.
#include "qfx/steps/point_limits.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "qfx/fixed/value.h"

namespace qfx::steps {
namespace {

// |x| up to 8, sums of 4 products, an output in steps of 1/16.
const ProductSum kSum{.input_bits = 3, .terms = 4, .output_point = 4};

// The worst that rounding all factors does to a sum, by the exact scalar.
TEST(PointLimits, AFactorsRoundingMovesASumByAQuarterOfAStepAtMost) {
  const int finest = finest_factor(kSum);
  const graph::QuantSpec spec{.width = 8};
  std::mt19937_64 generator(1);
  std::uniform_real_distribution<double> factor(-0.9e-2, 0.9e-2);
  double worst = 0;
  for (int i = 0; i < 2000; ++i) {
    double error = 0;
    for (int term = 0; term < kSum.terms; ++term) {
      const double w = factor(generator);
      const double q = fixed::to_double(fixed::raw_from_double(w, spec.format(finest)), finest);
      error += std::abs(w - q) * std::ldexp(1.0, kSum.input_bits);
    }
    worst = std::max(worst, error);
  }
  EXPECT_LE(worst, 1.0 / 64);
  EXPECT_GE(worst, 1.0 / 256) << "and is not finer than that asks for";
}

TEST(PointLimits, AnIdleChannelGetsThePointOfTheOthers) {
  const graph::QuantSpec spec{.width = 8};
  std::vector<float> values{0.9F,   -0.4F,  0.7F,   0.2F,    // channel 0
                            0.4F,   -0.3F,  0.2F,   0.1F,    // 1
                            9e-16F, 4e-16F, 0,      1e-16F,  // 2: casts to 0
                            4e-4F,  1e-4F,  -3e-4F, 2e-4F};  // 3: its sums never show
  EXPECT_EQ(limited_factor({7, 8, 60, 18}, values, spec, kSum), (std::vector{7, 8, 8, 8}));
  values = {0.9F, 0, 0, 0, 4e-3F, 2e-3F, 0, 0};
  EXPECT_EQ(limited_factor({7, 14}, values, spec, kSum), (std::vector{7, finest_factor(kSum)}))
      << "small but seen: no finer than its share asks for";
  EXPECT_EQ(limited_factor({60, 60}, std::vector<float>(8), spec, kSum),
            std::vector<int>(2, finest_factor(kSum)))
      << "all are idle";
}

TEST(PointLimits, ChannelsOfZerosAloneMoveWithoutChangingAValue) {
  const std::vector<float> values{0.5F, 1e-5F, -1e-5F, 0.03F};
  EXPECT_EQ(without_idle_channels({7, 14, 13, 11}, values, {.width = 8}),
            (std::vector{7, 11, 11, 11}));
  const graph::QuantSpec down{.width = 8, .rounding = fixed::Rounding::TRN};
  EXPECT_EQ(without_idle_channels({7, 14, 13, 11}, values, down), (std::vector{7, 13, 13, 11}))
      << "-1e-5 is -1 step there";
  // 2^-5 is 8 at 8 fraction bits, and 256 = 0 at 13 for a format that wraps.
  const graph::QuantSpec wraps{.width = 8, .overflow = fixed::Overflow::WRAP};
  EXPECT_EQ(without_idle_channels({7, 13}, std::vector{0.5F, 0x1p-5F}, wraps),
            (std::vector{7, 13}));
}

TEST(PointLimits, ASummandOfZerosHasTheOutputsRange) {
  EXPECT_EQ(point_of_zeros({.width = 8}, {.width = 8}, 4), 4);
  EXPECT_EQ(point_of_zeros({.width = 12}, {.width = 8, .is_signed = false}, 4), 7)
      << "up to 16: four integer bits beside the sign";
  EXPECT_EQ(finest_summand(10, 4), 10);
  EXPECT_EQ(finest_summand(3, 4), 5);
}

}  // namespace
}  // namespace qfx::steps
