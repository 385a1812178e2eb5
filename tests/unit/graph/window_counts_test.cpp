#include <gtest/gtest.h>

#include "qfx/graph/op.h"
#include "qfx/graph/window_counts.h"

namespace qfx::graph {
namespace {

using Counts = std::vector<std::int64_t>;

TEST(WindowCounts, OfTheImageAlone) {
  const AvgPool2d pool{.kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 1},
                       .count_include_pad = false};
  const WindowCounts counts = window_counts(pool.window(), {2, 4, 5}, {2, 4, 3});
  EXPECT_EQ(counts.rows, (Counts{2, 3, 3, 2}));
  EXPECT_EQ(counts.columns, (Counts{2, 3, 2}));
  EXPECT_EQ(counts.divisor(), 36);
  EXPECT_EQ(counts.factor(0, 0), 9);  // of 4
  EXPECT_EQ(counts.factor(0, 1), 6);  // of 6
  EXPECT_EQ(counts.factor(1, 1), 4);  // of 9
  EXPECT_FALSE(counts.is_uniform());
}

TEST(WindowCounts, PaddingThatCountsIsAsGoodAsTheImage) {
  const AvgPool2d pool{.kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 1}};
  const WindowCounts counts = window_counts(pool.window(), {2, 4, 5}, {2, 4, 3});
  EXPECT_TRUE(counts.is_uniform());
  EXPECT_EQ(counts.divisor(), 9);
  EXPECT_EQ(counts.factor(3, 2), 1);
}

TEST(WindowCounts, AnOverhangNeverCounts) {
  const AvgPool2d pool{.kernel = {3, 2}, .stride = {2, 2}, .padding = {1, 0}, .overhang = {1, 1}};
  // Rows -1 to 1, 1 to 3, 3 to 5 of 4 with one below; columns up to 5 of 5.
  const WindowCounts counts = window_counts(pool.window(), {1, 4, 5}, {1, 3, 3});
  EXPECT_EQ(counts.rows, (Counts{3, 3, 2}));
  EXPECT_EQ(counts.columns, (Counts{2, 2, 1}));
}

// A window's holes are no elements: of taps 2 apart those are counted that lie on the image.
TEST(WindowCounts, HolesAreNoElements) {
  const AvgPool2d pool{.kernel = {3, 1}, .stride = {1, 1}, .padding = {2, 0, 3, 0},
                       .dilation = {2, 1}, .count_include_pad = false};
  const WindowCounts counts = window_counts(pool.window(), {1, 4, 1}, {1, 5, 1});
  EXPECT_EQ(counts.rows, (Counts{2, 2, 2, 2, 1}));
}

TEST(WindowCounts, AKernelBeyondTheImageCountsTheImage) {
  const AvgPool2d pool{.kernel = {5, 5}, .stride = {1, 1}, .padding = {2, 2},
                       .count_include_pad = false};
  const WindowCounts counts = window_counts(pool.window(), {1, 2, 3}, {1, 2, 3});
  EXPECT_EQ(counts.rows, (Counts{2, 2}));
  EXPECT_EQ(counts.columns, (Counts{3, 3, 3}));
  EXPECT_TRUE(counts.is_uniform());
  EXPECT_EQ(counts.divisor(), 6);
}

}  // namespace
}  // namespace qfx::graph
