#include "qfx/steps/histogram.h"

#include <gtest/gtest.h>
#include <numeric>

namespace qfx::steps {
namespace {

TEST(Histogram, CoversTheValuesAndTheRange) {
  const fixed::Format format{.width = 4, .int_bits = 2};  // -2 to 1.75
  const std::vector<float> values{-3, 0, 0, 1.75F};
  const Histogram h = histogram_of(values, format);
  EXPECT_EQ(h.minimum, -3);
  EXPECT_EQ(h.maximum, 1.75);
  EXPECT_EQ(h.range_low, -2);
  EXPECT_EQ(h.range_high, 1.75);
  EXPECT_EQ(h.low, -3);
  EXPECT_EQ(h.high, 1.75);
  ASSERT_EQ(h.counts.size(), 64u);
  EXPECT_EQ(h.counts.front(), 1);
  EXPECT_EQ(h.counts.back(), 1) << "the largest value lies in the last bin, not behind it";
  EXPECT_EQ(h.counts[40], 2);  // 0 is 3 / 4.75 of the way
  EXPECT_EQ(std::accumulate(h.counts.begin(), h.counts.end(), std::int64_t{0}), 4);
}

}  // namespace
}  // namespace qfx::steps
