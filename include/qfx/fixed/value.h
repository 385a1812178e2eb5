// The exact scalar of any width: the law against which every other road is judged.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstdint>
#include <string>

#include "qfx/fixed/convert.h"
#include "qfx/fixed/format.h"
#include "qfx/fixed/raw.h"

namespace qfx::fixed {

using BigInt = boost::multiprecision::cpp_int;

// A raw integer and its format. The raw value always lies inside the format.
class Fixed {
 public:
  Fixed() = default;
  // Takes a raw value that must lie inside the format (UserError).
  static Fixed from_raw(BigInt raw, const Format& format);
  // The exact value of the double through the format's modes. NaN and infinities raise UserError:
  // ap and ac disagree on them, and a NaN is never a number here.
  static Fixed from_double(double value, const Format& format);

  const BigInt& raw() const { return raw_; }
  const Format& format() const { return format_; }

  // Assignment to a variable of another type: round, then overflow.
  Fixed cast(const Format& to) const;
  // Nearest double (exact up to 53 significant bits).
  double to_double() const;
  // Exact decimal text of the value.
  std::string to_string() const;

  friend Fixed operator+(const Fixed& a, const Fixed& b);
  friend Fixed operator-(const Fixed& a, const Fixed& b);
  friend Fixed operator*(const Fixed& a, const Fixed& b);
  friend Fixed operator/(const Fixed& a, const Fixed& b);
  friend Fixed operator-(const Fixed& a);
  friend Fixed operator<<(const Fixed& a, int count);
  friend Fixed operator>>(const Fixed& a, int count);

 private:
  // The result of an operator: inside its format by construction, and free to be wider than
  // kMaxWidth.
  Fixed(BigInt raw, const Format& format);

  BigInt raw_ = 0;
  Format format_{};
};

// Result types of the operators (TRN, WRAP), as in both vendors' headers.
Format add_format(const Format& a, const Format& b);
Format subtract_format(const Format& a, const Format& b);
Format multiply_format(const Format& a, const Format& b);
Format divide_format(const Format& a, const Format& b);
Format negate_format(const Format& a);

Fixed operator+(const Fixed& a, const Fixed& b);
Fixed operator-(const Fixed& a, const Fixed& b);
Fixed operator*(const Fixed& a, const Fixed& b);
Fixed operator/(const Fixed& a, const Fixed& b);  // toward zero; UserError for a zero divisor
Fixed operator-(const Fixed& a);
Fixed operator<<(const Fixed& a, int count);  // type of a, bits drop; negative counts reverse
Fixed operator>>(const Fixed& a, int count);
// By value, formats may differ.
std::strong_ordering operator<=>(const Fixed& a, const Fixed& b);
bool operator==(const Fixed& a, const Fixed& b);

}  // namespace qfx::fixed
