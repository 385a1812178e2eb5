// Statistics of channels, as NumPy has them.
#include "qfx/data/statistics.h"

#include <cmath>
#include <gtest/gtest.h>

namespace qfx::data {
namespace {

TEST(ChannelStatistics, OfBytesAndFloats) {
  Dataset bytes;
  bytes.sample_shape = {2, 1, 2};
  bytes.bytes = {1, 3, 10, 10, 5, 7, 10, 10};  // channel 0: 1 3 5 7, channel 1: tens
  const auto two = channel_statistics(bytes, 2);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].least, 1);
  EXPECT_EQ(two[0].greatest, 7);
  EXPECT_EQ(two[0].mean, 4);
  EXPECT_EQ(two[0].deviation, std::sqrt(5.0));
  EXPECT_EQ(two[1].mean, 10);
  EXPECT_EQ(two[1].deviation, 0);

  Dataset floats;
  floats.sample_shape = {2};
  floats.floats = {-1, 0.1F, 3, 0.1F, 1, 0.1F};
  const auto columns = channel_statistics(floats, 2);
  EXPECT_EQ(columns[0].least, -1);
  EXPECT_EQ(columns[0].mean, 1);
  EXPECT_EQ(columns[0].deviation, std::sqrt(8.0 / 3));
  EXPECT_EQ(columns[1].deviation, 0) << "whatever the sum of tenths rounds to";
  EXPECT_EQ(columns[1].mean, double{0.1F});
}

TEST(LooksLikePixels, WholeNumbersUpTo255) {
  Dataset set;
  set.sample_shape = {2};
  set.floats = {0, 255, 101, 7};
  EXPECT_TRUE(looks_like_pixels(set));
  set.floats[3] = 0.5F;
  EXPECT_FALSE(looks_like_pixels(set));
  set.floats[3] = 256;
  EXPECT_FALSE(looks_like_pixels(set));
  set.floats = {0, 1, 1, 0};
  EXPECT_FALSE(looks_like_pixels(set)) << "so are flags";
  set.floats.clear();
  set.bytes = {0, 255, 0, 0};
  EXPECT_FALSE(looks_like_pixels(set)) << "bytes are divided anyway";
}

}  // namespace
}  // namespace qfx::data
