// The partition that callers with threads use.
#include <gtest/gtest.h>

#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {
namespace {

void expect_partition(const Extent& extent) {
  std::int64_t next = 0;
  for (const Slice& slice : slices(extent)) {
    EXPECT_EQ(slice.offset, next);
    EXPECT_GT(slice.extent.size(), 0);
    EXPECT_EQ(slice.extent.channels, extent.channels);
    if (extent.channels > 1) {
      EXPECT_EQ(slice.extent.inner, extent.inner);
    }
    next += slice.extent.size();
  }
  EXPECT_EQ(next, extent.size());
}

TEST(Slices, CoverEveryElementOnceInOrder) {
  for (const Extent& extent : {Extent{1, 1, 1}, Extent{1, 1, 1000000}, Extent{128, 16, 1024},
                               Extent{70000, 10, 1}, Extent{3, 100000, 9}, Extent{50000, 1, 3}})
    expect_partition(extent);
}

TEST(Slices, OfNothingAreNone) {
  EXPECT_TRUE(slices({0, 4, 4}).empty());
  EXPECT_TRUE(slices({4, 4, 0}).empty());
}

TEST(Slices, AreLargeEnoughToBeWorthAThread) {
  EXPECT_EQ(slices({1, 1, 1 << 20}).size(), 16u);
  EXPECT_EQ(slices({128, 16, 1024}).size(), 32u);
  EXPECT_EQ(slices({128, 16, 4}).size(), 1u);
}

}  // namespace
}  // namespace qfx::kernels
