// The integers of clip's bounds.
#include "qfx/graph/clip.h"

#include <gtest/gtest.h>
#include <limits>

namespace qfx::graph {
namespace {

TEST(ClipBound, IsOnABinaryGridOfSixtyFourBits) {
  for (const double good : {0.0, 1.0, -0.5, 0x1p-32, -0x1p31, 0x1p31, 6.0, 3 * 0x1p-32})
    EXPECT_TRUE(is_clip_bound(good)) << good;
  for (const double bad : {0.1, 0x1p-33, 0x1.8p31, -0x1p32, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()})
    EXPECT_FALSE(is_clip_bound(bad)) << bad;
}

TEST(Dyadic, IsReduced) {
  const auto expect = [](double value, std::int64_t raw, int frac_bits) {
    EXPECT_EQ(dyadic(value).raw, raw) << value;
    EXPECT_EQ(dyadic(value).frac_bits, frac_bits) << value;
  };
  expect(6, 3, -1);
  expect(-0.75, -3, 2);
  expect(0x1p-32, 1, 32);
  expect(0x1p31, 1, -31);
  expect(-0x1p31, -1, -31);
  expect(0, 0, -31);
}

TEST(ClipLimits, RoundInwardsOnAGridThatIsTooCoarse) {
  // x in steps of 2, bounds 2.5 and 5: only x = 4 lies between.
  ClipLimits limits = clip_limits({.min = 2.5, .max = 5}, -1, 1);
  EXPECT_EQ(limits.below, 2);
  EXPECT_EQ(limits.above, 2);
  EXPECT_EQ(limits.low, 5);
  EXPECT_EQ(limits.high, 10);
  EXPECT_EQ(limits.places, 2);
  // No x at all between 0.25 and 0.5 in whole numbers.
  limits = clip_limits({.min = 0.25, .max = 0.5}, 0, 2);
  EXPECT_EQ(limits.below, 1);
  EXPECT_EQ(limits.above, 0);
  // Negative bounds round inwards too.
  limits = clip_limits({.min = -2.5, .max = -0.5}, 0, 1);
  EXPECT_EQ(limits.below, -2);
  EXPECT_EQ(limits.above, -1);
}

TEST(ClipLimits, StayInsideAnInt64HoweverFineTheGrid) {
  const ClipLimits limits = clip_limits({.min = -0x1p31, .max = 0x1p31}, 100, 100);
  EXPECT_LT(limits.below, -(std::int64_t{1} << 32));
  EXPECT_GT(limits.above, std::int64_t{1} << 32);
  EXPECT_EQ(limits.places, 0);
}

}  // namespace
}  // namespace qfx::graph
