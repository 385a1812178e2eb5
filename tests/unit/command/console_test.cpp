#include "console.h"

#include <gmock/gmock.h>

namespace qfx::command {
namespace {

TEST(Console, AStepIsOneAlignedLine) {
  EXPECT_EQ(describe({.phase = "float",
                      .fraction = 0.424,
                      .images_per_second = 1234.4,
                      .seconds_left = 130,
                      .note = "loss 0.412"}),
            "float       42 %      1,234 images/s  2 min 10 s left  loss 0.412");
  EXPECT_EQ(describe({.phase = "verify", .fraction = 2}), "verify     100 %");
  EXPECT_EQ(describe({.phase = "verify", .fraction = -1}), "verify       0 %");
}

TEST(Console, NumbersHaveGroupsAndPercentTwoDecimals) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(percent(0.91234), "91.23 %");
  EXPECT_EQ(percent(1), "100.00 %");
}

}  // namespace
}  // namespace qfx::command
