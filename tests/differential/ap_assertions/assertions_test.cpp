// Compiled with assertions, as a C simulation without -DNDEBUG is.
#undef NDEBUG
#include <ap_fixed.h>
#include <gtest/gtest.h>

namespace {

// A rounding conversion that drops more bits than the source has looks at a bit beyond it. With
// assertions the program ends; without, the bit's value goes unused.
void drop_more_than_all_bits() {
  ap_fixed<8, 4> source = -3.25;
  ap_fixed<4, 12, AP_RND> target = source;
  (void)target;
}

TEST(ApDefect, RoundingAwayMoreThanAllBitsAsserts) {
  EXPECT_DEATH(drop_more_than_all_bits(), "Attempting to read bit beyond MSB");
}

}  // namespace
