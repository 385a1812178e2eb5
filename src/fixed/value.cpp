#include "qfx/fixed/value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "qfx/base/error.h"

namespace qfx::fixed {
namespace {

BigInt scaled(const BigInt& raw, int up) {
  return up > 0 ? BigInt(raw << up) : raw;
}

// Both raw values on the finer grid of the two.
std::pair<BigInt, BigInt> aligned(const Fixed& a, const Fixed& b) {
  const int frac_bits = std::max(a.format().frac_bits(), b.format().frac_bits());
  return {scaled(a.raw(), frac_bits - a.format().frac_bits()),
          scaled(b.raw(), frac_bits - b.format().frac_bits())};
}

// -count, or the greatest int: a shift drops all bits long before.
int opposite(int count) {
  return count == std::numeric_limits<int>::min() ? std::numeric_limits<int>::max() : -count;
}

Format plain(int width, int int_bits, bool is_signed) {
  return {.width = width, .int_bits = int_bits, .is_signed = is_signed};
}

}  // namespace

Fixed::Fixed(BigInt raw, const Format& format) : raw_(std::move(raw)), format_(format) {}

Fixed Fixed::from_raw(BigInt raw, const Format& format) {
  validate(format);
  if (detail::wrap(raw, format.width, format.is_signed) != raw)
    user_error("the raw value {} does not fit {}; give a {}-bit {} integer", raw.str(),
               fixed::to_string(format), format.width, format.is_signed ? "signed" : "unsigned");
  return {std::move(raw), format};
}

Fixed Fixed::cast(const Format& to) const {
  validate(to);
  // The same type is a copy in C++: even SAT_SYM leaves -2^(W-1) alone.
  if (to == format_) return *this;
  return {convert_raw(raw_, format_.frac_bits(), to), to};
}

std::string Fixed::to_string() const {
  const int frac_bits = format_.frac_bits();
  if (frac_bits <= 0) return scaled(raw_, -frac_bits).str();
  // raw / 2^F = raw * 5^F / 10^F.
  std::string digits = BigInt(abs(raw_) * pow(BigInt(5), static_cast<unsigned>(frac_bits))).str();
  const auto places = static_cast<std::size_t>(frac_bits);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return raw_ < 0 ? "-" + digits : digits;
}

Format add_format(const Format& a, const Format& b) {
  const int int_bits = std::max(a.int_bits + (b.is_signed && !a.is_signed),
                                b.int_bits + (a.is_signed && !b.is_signed)) +
                       1;
  return plain(int_bits + std::max(a.frac_bits(), b.frac_bits()), int_bits,
               a.is_signed || b.is_signed);
}

Format subtract_format(const Format& a, const Format& b) {
  Format result = add_format(a, b);
  result.is_signed = true;
  return result;
}

Format multiply_format(const Format& a, const Format& b) {
  return plain(a.width + b.width, a.int_bits + b.int_bits, a.is_signed || b.is_signed);
}

Format divide_format(const Format& a, const Format& b) {
  return plain(a.width + std::max(b.frac_bits(), 0) + b.is_signed,
               a.int_bits + b.frac_bits() + b.is_signed, a.is_signed || b.is_signed);
}

Format negate_format(const Format& a) {
  return plain(a.width + 1, a.int_bits + 1, true);
}

Fixed operator+(const Fixed& a, const Fixed& b) {
  const auto [left, right] = aligned(a, b);
  return {left + right, add_format(a.format(), b.format())};
}

Fixed operator-(const Fixed& a, const Fixed& b) {
  const auto [left, right] = aligned(a, b);
  return {left - right, subtract_format(a.format(), b.format())};
}

Fixed operator*(const Fixed& a, const Fixed& b) {
  return {a.raw() * b.raw(), multiply_format(a.format(), b.format())};
}

Fixed operator/(const Fixed& a, const Fixed& b) {
  if (b.raw() == 0) user_error("{} is divided by zero; the divisor must not be 0", a.to_string());
  return {scaled(a.raw(), b.format().frac_bits()) / b.raw(), divide_format(a.format(), b.format())};
}

Fixed operator-(const Fixed& a) {
  return {-a.raw(), negate_format(a.format())};
}

Fixed operator<<(const Fixed& a, int count) {
  if (count < 0) return a >> opposite(count);
  const Format& format = a.format();
  // A shift by the width leaves nothing; further ones would only cost memory.
  const BigInt shifted = a.raw() << std::min(count, format.width);
  return {detail::wrap(shifted, format.width, format.is_signed), format};
}

Fixed operator>>(const Fixed& a, int count) {
  if (count < 0) return a << opposite(count);
  return {detail::shift_down(a.raw(), std::min(count, a.format().width)), a.format()};
}

std::strong_ordering operator<=>(const Fixed& a, const Fixed& b) {
  const auto [left, right] = aligned(a, b);
  return left.compare(right) <=> 0;
}

bool operator==(const Fixed& a, const Fixed& b) {
  return (a <=> b) == 0;
}

}  // namespace qfx::fixed
