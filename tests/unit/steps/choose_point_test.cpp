// Calibration of one tensor against the definitions, and against exhaustive search.
#include "qfx/steps/choose_point.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "qfx/base/error.h"
#include "qfx/fixed/khot.h"
#include "qfx/fixed/value.h"

namespace qfx::steps {
namespace {

using graph::CalibrationMethod;

std::vector<float> heavy_tailed(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& v : values) {
    v = normal(generator);
    v *= 1 + v * v;
  }
  return values;
}

int choose(const std::vector<float>& values, const graph::QuantSpec& spec, CalibrationMethod method,
           double percentile = 99) {
  return choose_point(values, spec, {.method = method, .percentile = percentile}, "t");
}

TEST(ChoosePoint, MaxHoldsTheLargestValue) {
  EXPECT_EQ(choose({0.3F, -0.9F}, {.width = 8}, CalibrationMethod::Max), 7);
  EXPECT_EQ(choose({0.3F, -1.1F}, {.width = 8}, CalibrationMethod::Max), 6);
  EXPECT_EQ(choose({0.3F, 0.9F}, {.width = 8, .is_signed = false}, CalibrationMethod::Max), 8);
  EXPECT_EQ(choose({1000.0F}, {.width = 4}, CalibrationMethod::Max), -7);
  EXPECT_EQ(choose({0.0F, 0.0F}, {.width = 8}, CalibrationMethod::Max), 7)
      << "zeros say nothing; any point will do";
}

TEST(ChoosePoint, PercentileLeavesTheTailOut) {
  std::vector<float> values(100, 0.9F);
  values[17] = -50.0F;
  EXPECT_EQ(choose(values, {.width = 8}, CalibrationMethod::Percentile, 99), 7);
  EXPECT_EQ(choose(values, {.width = 8}, CalibrationMethod::Percentile, 100), 1);
}

TEST(ChoosePoint, Mean3sdFollowsItsFormula) {
  const std::vector<float> values{1, -1, 1, -1};  // mean 0, deviation 1: reaches 3
  EXPECT_EQ(choose(values, {.width = 8}, CalibrationMethod::Mean3Sd), 5);
}

// The error by the exact scalar, over every point that could matter.
int exhaustive_mse(const std::vector<float>& values, const graph::QuantSpec& spec) {
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int point = -30; point <= 30; ++point) {
    const fixed::Format format = spec.format(point);
    double error = 0;
    for (float v : values) {
      std::int64_t raw = fixed::raw_from_double(v, format);
      if (spec.k_hot > 0) raw = fixed::project_khot(raw, spec.k_hot, spec.signed_digits, format);
      const double d = v - fixed::to_double(raw, point);
      error += d * d;
    }
    if (error < least) {
      least = error;
      best = point;
    }
  }
  return best;
}

TEST(ChoosePoint, MseFindsTheOptimumOfExhaustiveSearch) {
  std::uint64_t seed = 0;
  for (int width : {2, 3, 4, 6, 8, 12}) {
    for (const bool is_signed : {true, false}) {
      for (const int k_hot : {0, 1, 2}) {
        for (const auto overflow :
             {fixed::Overflow::SAT, fixed::Overflow::SAT_ZERO, fixed::Overflow::WRAP}) {
          const graph::QuantSpec spec{
              .width = width, .is_signed = is_signed, .overflow = overflow, .k_hot = k_hot};
          std::vector<float> values = heavy_tailed(++seed, 300);
          if (!is_signed) {
            for (float& v : values) v = std::abs(v);
          }
          EXPECT_EQ(choose(values, spec, CalibrationMethod::Mse), exhaustive_mse(values, spec))
              << fixed::to_string(spec.format(0)) << " k_hot " << k_hot;
        }
      }
    }
  }
}

TEST(ChoosePoint, KlStaysBetweenTheWholeRangeAndItsBulk) {
  const std::vector<float> values = heavy_tailed(3, 20000);
  const graph::QuantSpec spec{.width = 8};
  const int whole = choose(values, spec, CalibrationMethod::Max),
            kl = choose(values, spec, CalibrationMethod::Kl);
  EXPECT_GE(kl, whole);
  EXPECT_LE(kl, whole + 4);
}

// A bias before products of 4 + 6 fraction bits has no use for more than 10.
TEST(ChoosePoint, ABiasIsNoFinerThanItsProducts) {
  EXPECT_EQ(coarsened_bias({12}, {6}, 4), std::vector<int>{10});
  EXPECT_EQ(coarsened_bias({7}, {6}, 4), std::vector<int>{7});
  EXPECT_EQ(coarsened_bias({12, 12}, {6, 3}, 4), (std::vector<int>{10, 7})) << "each its own";
  EXPECT_EQ(coarsened_bias({12}, {6, 3}, 4), std::vector<int>{10}) << "the finest product";
}

// In parts, every method gives the point that it gives at once.
TEST(ChoosePoint, ValuesMayComeInParts) {
  std::uint64_t seed = 100;
  for (const auto method :
       {CalibrationMethod::Max, CalibrationMethod::Mean3Sd, CalibrationMethod::Percentile,
        CalibrationMethod::Mse, CalibrationMethod::Kl}) {
    for (const double percentile : {50.0, 99.0, 100.0}) {
      std::vector<float> values = heavy_tailed(++seed, 3000);
      for (std::size_t i = 0; i < values.size(); i += 3) values[i] = 0;
      const graph::QuantSpec spec{.width = 6};
      PointChooser chooser(spec, {.method = method, .percentile = percentile}, "t");
      const std::span<const float> all(values);
      chooser.add(all.subspan(0, 100));
      chooser.add({});
      chooser.add(all.subspan(100, 1900));
      chooser.add(all.subspan(2000));
      EXPECT_EQ(chooser.point(), choose(values, spec, method, percentile))
          << static_cast<int>(method) << " " << percentile;
    }
  }
}

// The percentile by sorting; a power of two is just held.
TEST(ChoosePoint, ThePercentileIsThatOfASortedRow) {
  const graph::QuantSpec spec{.width = 8};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<float> values = heavy_tailed(seed, 400);
    values[7] = 2;
    std::vector<float> sorted;
    for (const float v : values) sorted.push_back(std::abs(v));
    std::ranges::sort(sorted);
    for (const double percentile : {10.0, 50.0, 90.0, 99.9}) {
      const auto rank = static_cast<std::size_t>(std::ceil(percentile / 100 * 400)) - 1;
      EXPECT_EQ(choose(values, spec, CalibrationMethod::Percentile, percentile),
                choose({sorted[rank]}, spec, CalibrationMethod::Max));
    }
  }
}

TEST(ChoosePoint, SaysWhatIsWrong) {
  EXPECT_THAT(
      [] {
        choose({1.0F, NAN}, {}, CalibrationMethod::Mse);
      },
      testing::ThrowsMessage<UserError>(testing::HasSubstr("'t' holds nan")));
}

}  // namespace
}  // namespace qfx::steps
