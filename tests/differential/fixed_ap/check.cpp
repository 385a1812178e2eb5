// The number system against ap_fixed: the lists that the other files of this folder have made. What
// the predicates leave out is shown wrong in defects.cpp.
#include <algorithm>

#include "support/fixed_check.h"

namespace qfx::fixed::matrix {
namespace {

bool divides_least_by_minus_one(const Fixed& a, const Fixed& b) {
  return a.format().is_signed && b.format().is_signed && a.raw() == lowest(a.format()) &&
         b.raw() == -1;
}

// C's conversion of the signed operand to unsigned, where the unsigned one fills a machine word.
bool compares_as_unsigned(const Fixed& a, const Fixed& b) {
  if (a.format().is_signed == b.format().is_signed || (a.raw() >= 0 && b.raw() >= 0)) return false;
  const Format& from = a.format().is_signed ? b.format() : a.format();
  const int frac_bits = std::max(a.format().frac_bits(), b.format().frac_bits());
  return from.width + frac_bits - from.frac_bits() >= 32;
}

bool is_defect(Operator op, const Fixed& a, const Fixed& b) {
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

TEST(ApFixed, Conversions) {
  check_conversions(entries<Conversion>(), "ap_fixed conversions");
}

TEST(ApFixed, WideConversions) {
  check_conversions(entries<WideConversion>(), "ap_fixed conversions to 256 bits",
                    [](const Format&, const Format&) { return false; });
}

TEST(ApFixed, Operators) {
  check_operations(entries<Operation>(), "ap_fixed operators", is_defect);
}

TEST(ApFixed, Doubles) {
  check_doubles(entries<FromDouble>(), "ap_fixed and double",
                [](double, const Format&) { return false; });
}

}  // namespace
}  // namespace qfx::fixed::matrix
