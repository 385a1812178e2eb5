// The number system against ap_fixed: the lists that the other files of this folder have made. What
// ap_defects.h leaves out is shown wrong in defects_test.cpp.
#include "ap_defects.h"
#include "support/fixed_check.h"

namespace qfx::fixed::matrix {
namespace {

TEST(ApFixed, Conversions) {
  check_conversions(entries<Conversion>(), "ap_fixed conversions");
}

TEST(ApFixed, WideConversions) {
  check_conversions(entries<WideConversion>(), "ap_fixed conversions to 256 bits",
                    [](const Format&, const Format&) { return false; });
}

TEST(ApFixed, Operators) {
  check_operations(entries<Operation>(), "ap_fixed operators", is_ap_defect);
}

TEST(ApFixed, Doubles) {
  check_doubles(entries<FromDouble>(), "ap_fixed and double",
                [](double, const Format&) { return false; });
}

}  // namespace
}  // namespace qfx::fixed::matrix
