// What ac_fixed gets wrong, shown beside the right result: docs/header_defects.md. A test that
// fails here means that the header has been mended, and that check.cpp may ask for more.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "ac.h"

namespace qfx::fixed::matrix {
namespace {

// 1: a shift to the left past the target's words looks for overflow in front of the source.
TEST(AcDefect, FarShiftToTheLeftReadsInFrontOfTheSource) {
  struct Frame {
    std::int32_t in_front[16];
    ac_fixed<4, 482> source;
  };
  const auto saturated = [](std::int32_t junk) {
    Frame frame;
    for (std::int32_t& word : frame.in_front) word = junk;
    frame.source = 0;
    ac_fixed<4, 4, true, AC_TRN, AC_SAT> target = frame.source;
    return target.to_double();
  };
  EXPECT_EQ(saturated(0), 0.0);
  EXPECT_EQ(saturated(1), 7.0);  // right: 0
}

// 2: NaN and the infinities are taken for huge numbers.
TEST(AcDefect, NanAndInfinityAreHugeNumbers) {
  using Saturated = ac_fixed<4, 4, true, AC_TRN, AC_SAT>;
  EXPECT_EQ(Saturated(std::nan("")).to_double(), 7.0);
  EXPECT_EQ(Saturated(std::numeric_limits<double>::infinity()).to_double(), 7.0);
  EXPECT_EQ(Saturated(-std::numeric_limits<double>::infinity()).to_double(), -8.0);
}

// 3: a tiny negative double is zero, though TRN rounds down.
TEST(AcDefect, NegativeDenormalIsZero) {
  using Truncated = ac_fixed<4, 4>;
  EXPECT_EQ(Truncated(-5e-324).to_double(), 0.0);  // right: -1
  EXPECT_EQ(Truncated(-1e-300).to_double(), -1.0);
}

}  // namespace
}  // namespace qfx::fixed::matrix
