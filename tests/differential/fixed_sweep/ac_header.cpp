#include "judge.h"

namespace qfx::fixed::matrix {

const char* const kHeader = "ac_fixed";

// Those of ac_fixed need a binary point farther away than small formats have, or a denormal.
bool is_defect(Operator, const Fixed&, const Fixed&) {
  return false;
}

}  // namespace qfx::fixed::matrix
