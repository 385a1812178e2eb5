// A slice of the complete matrix against ap_fixed.
#include "support/fixed_check.h"

namespace qfx::fixed::matrix {
namespace {

TEST(ApFixed, EveryConversion) {
  check_conversions(entries<Conversion>(), "ap_fixed, complete matrix");
}

}  // namespace
}  // namespace qfx::fixed::matrix
