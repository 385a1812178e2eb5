// The cases in which ap_fixed's operators are known to be wrong: docs/header_defects.md, each shown
// in defects_test.cpp.
#pragma once

#include <algorithm>

#include "support/fixed_matrix.h"
#include "support/fixed_values.h"

namespace qfx::fixed::matrix {

inline bool divides_least_by_minus_one(const Fixed& a, const Fixed& b) {
  return a.format().is_signed && b.format().is_signed && a.raw() == lowest(a.format()) &&
         b.raw() == -1;
}

// C's conversion of the signed operand to unsigned, where the unsigned one, brought to the finer
// grid of the two, fills a machine word; on the left it gets a bit more on its way there.
inline bool compares_as_unsigned(const Fixed& a, const Fixed& b) {
  if (a.format().is_signed == b.format().is_signed || (a.raw() >= 0 && b.raw() >= 0)) return false;
  const bool on_the_left = !a.format().is_signed;
  const Format &from = on_the_left ? a.format() : b.format(),
               &other = on_the_left ? b.format() : a.format();
  const int up = std::max(0, other.frac_bits() - from.frac_bits());
  return from.width + up + (on_the_left && up > 0) >= 32;
}

inline bool is_ap_defect(Operator op, const Fixed& a, const Fixed& b) {
  const bool is_wide = std::max(a.format().width, b.format().width) > 64;
  switch (op) {
    case Operator::MULTIPLY:
      return is_wide;
    case Operator::DIVIDE:
      return is_wide || divides_least_by_minus_one(a, b);
    case Operator::COMPARE:
      return compares_as_unsigned(a, b);
    case Operator::ADD:
    case Operator::SUBTRACT:
    case Operator::NEGATE:
      return false;
  }
  return false;
}

}  // namespace qfx::fixed::matrix
