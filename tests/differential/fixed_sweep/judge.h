// What the judge must know of the header in its program: ap_header.cpp or ac_header.cpp.
#pragma once

#include "support/fixed_matrix.h"

#include "qfx/fixed/value.h"

namespace qfx::fixed::matrix {

extern const char* const kHeader;

// The cases in which the header is known to be wrong: docs/header_defects.md.
bool is_defect(Operator op, const Fixed& a, const Fixed& b);

}  // namespace qfx::fixed::matrix
