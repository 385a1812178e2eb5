#include "differential/fixed_ap/ap_defects.h"
#include "judge.h"

namespace qfx::fixed::matrix {

const char* const kHeader = "ap_fixed";

bool is_defect(Operator op, const Fixed& a, const Fixed& b) {
  return is_ap_defect(op, a, b);
}

}  // namespace qfx::fixed::matrix
