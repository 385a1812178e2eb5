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

TEST(Histogram, EachChannelIsJudgedByItsOwnRange) {
  // Channel 0: -2 to 1.75 in quarters. Channel 1: four times as fine, -0.5 to 0.4375.
  const fixed::Format format{.width = 4, .int_bits = 2};
  HistogramBuilder builder(format, {2, 4});
  const std::vector<float> values{1, -2, 0.4F, -0.6F};
  builder.look_at(values);
  builder.count(values);
  EXPECT_EQ(builder.result().outside, 1) << "-0.6 lies outside channel 1's";
  EXPECT_FLOAT_EQ(builder.result().minimum, -2.4F) << "drawn against channel 0's";
  EXPECT_FLOAT_EQ(builder.result().maximum, 1.6F);
}

TEST(Histogram, PartsAddUp) {
  const fixed::Format format{.width = 4, .int_bits = 2};
  const std::vector<float> values{-3, 0, 0, 1.75F, 5, 1.8F};
  HistogramBuilder builder(format, {2});
  const std::span<const float> all(values);
  for (const auto part : {all.subspan(0, 2), all.subspan(2)}) builder.look_at(part);
  for (const auto part : {all.subspan(0, 2), all.subspan(2)}) builder.count(part);
  const Histogram at_once = histogram_of(values, format);
  EXPECT_EQ(builder.result().counts, at_once.counts);
  EXPECT_EQ(at_once.outside, 2) << "1.8 rounds to the largest value that the format holds";
  EXPECT_EQ(builder.result().outside, 2);
}

}  // namespace
}  // namespace qfx::steps
