// The number system against ac_fixed: the lists that the other files of this folder have made. What
// the predicate leaves out is shown wrong in defects_test.cpp.
#include "support/fixed_check.h"

namespace qfx::fixed::matrix {
namespace {

// A shift to the left by more than the target's words, where the overflow is looked at.
bool reads_before_the_source(const Format& from, const Format& to) {
  const int words = (to.width + 31 + !to.is_signed) / 32;
  return to.overflow != Overflow::WRAP && to.frac_bits() - from.frac_bits() > 32 * words;
}

TEST(AcFixed, Conversions) {
  check_conversions(entries<Conversion>(), "ac_fixed conversions");
}

TEST(AcFixed, WideConversions) {
  check_conversions(entries<WideConversion>(), "ac_fixed conversions to 256 bits",
                    reads_before_the_source);
}

TEST(AcFixed, Operators) {
  check_operations(entries<Operation>(), "ac_fixed operators",
                   [](Operator, const Fixed&, const Fixed&) { return false; });
}

TEST(AcFixed, Doubles) {
  check_doubles(entries<FromDouble>(), "ac_fixed and double",
                [](double, const Format&) { return false; });
}

}  // namespace
}  // namespace qfx::fixed::matrix
