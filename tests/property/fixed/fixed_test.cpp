// Laws that hold for every format and value, on random ones.
#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "qfx/fixed/khot.h"
#include "qfx/fixed/value.h"

namespace qfx::fixed {
namespace {

using Rational = boost::multiprecision::cpp_rational;

int within(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}

Format any_format(int widest) {
  Format format;
  format.width = within(1, widest);
  format.int_bits = within(-4, format.width + 4);
  format.is_signed = *rc::gen::arbitrary<bool>();
  format.rounding = static_cast<Rounding>(within(0, kRoundingCount - 1));
  format.overflow = static_cast<Overflow>(within(0, kOverflowCount - 1));
  if (format.overflow == Overflow::WRAP_SM) format.is_signed = true;
  if (format.overflow == Overflow::WRAP || format.overflow == Overflow::WRAP_SM)
    format.wrap_bits = within(0, format.width);
  return format;
}

BigInt any_raw(const Format& format) {
  BigInt raw = 0;
  for (int done = 0; done < format.width; done += 64)
    raw = (raw << 64) | *rc::gen::arbitrary<std::uint64_t>();
  // Of every length, so that small values and values near the ends are as frequent as large ones.
  raw = detail::wrap(raw, within(1, format.width), format.is_signed);
  if (format.is_signed && *rc::gen::arbitrary<bool>()) raw = -1 - raw;
  return raw;
}

Fixed any_value(int widest) {
  const Format format = any_format(widest);
  return Fixed::from_raw(any_raw(format), format);
}

std::int64_t any_int64() {
  return *rc::gen::arbitrary<std::int64_t>() >> within(0, 63);
}

Rational rational(const Fixed& value) {
  const int frac_bits = value.format().frac_bits();
  return frac_bits >= 0 ? Rational(value.raw(), BigInt(1) << frac_bits)
                        : Rational(value.raw() << -frac_bits);
}

BigInt floor_of(const Rational& value) {
  BigInt quotient = numerator(value) / denominator(value);
  if (quotient * denominator(value) > numerator(value)) quotient -= 1;
  return quotient;
}

// The table of rounding modes again, on rationals.
BigInt round_rational(const Rational& value, Rounding rounding) {
  const BigInt floor = floor_of(value);
  const Rational rest = value - floor;
  const Rational half(1, 2);
  const bool tie = rest == half;
  const bool up = rest > half;
  switch (rounding) {
    case Rounding::RND:
      return floor_of(value + half);
    case Rounding::RND_ZERO:
      return floor + (up || (tie && value < 0) ? 1 : 0);
    case Rounding::RND_MIN_INF:
      return floor + (up ? 1 : 0);
    case Rounding::RND_INF:
      return floor + (up || (tie && value > 0) ? 1 : 0);
    case Rounding::RND_CONV:
      return floor + (up || (tie && floor % 2 != 0) ? 1 : 0);
    case Rounding::TRN:
      return floor;
    case Rounding::TRN_ZERO:
      return numerator(value) / denominator(value);
    case Rounding::RND_CONV_ODD:
      return floor + (up || (tie && floor % 2 == 0) ? 1 : 0);
  }
  return floor;
}

RC_GTEST_PROP(Cast, IsIdempotent, ()) {
  const Fixed once = any_value(200).cast(any_format(200));
  RC_ASSERT(once.cast(once.format()).raw() == once.raw());
  Format other = once.format();
  other.rounding = static_cast<Rounding>(within(0, kRoundingCount - 1));
  RC_ASSERT(once.cast(other).raw() == once.raw());
}

RC_GTEST_PROP(Cast, ToAWiderFormatIsExact, ()) {
  const Fixed value = any_value(200);
  Format wide = any_format(8);
  wide.is_signed = true;
  wide.wrap_bits = 0;
  wide.int_bits = value.format().int_bits + within(1, 20);
  wide.width = wide.int_bits + value.format().frac_bits() + within(0, 20);
  RC_ASSERT(value.cast(wide) == value);
}

RC_GTEST_PROP(Cast, KeepsTheOrderWhenItSaturates, ()) {
  Format to = any_format(100);
  to.overflow = *rc::gen::arbitrary<bool>() ? Overflow::SAT : Overflow::SAT_SYM;
  to.wrap_bits = 0;
  const Fixed a = any_value(100);
  const Fixed b = any_value(100);
  const Fixed cast_a = a.cast(to);
  const Fixed cast_b = b.cast(to);
  // A copy between equal types is no conversion.
  RC_PRE(a.format() != to && b.format() != to);
  if (a <= b) RC_ASSERT(cast_a <= cast_b);
  if (a >= b) RC_ASSERT(cast_a >= cast_b);
}

RC_GTEST_PROP(Cast, OfMachineIntegersIsTheExactOne, ()) {
  const Format to = any_format(63);
  const std::int64_t raw = any_int64();
  const int from_frac = to.frac_bits() + within(-64, 64);
  RC_ASSERT(BigInt(cast_raw(raw, from_frac, to)) == convert_raw(BigInt(raw), from_frac, to));
}

RC_GTEST_PROP(Round, IsThatOfRationals, ()) {
  const std::int64_t raw = any_int64();
  const int drop = within(-10, 80);
  const auto rounding = static_cast<Rounding>(within(0, kRoundingCount - 1));
  const Rational value =
      drop >= 0 ? Rational(BigInt(raw), BigInt(1) << drop) : Rational(BigInt(raw) << -drop);
  RC_ASSERT(round_raw(BigInt(raw), drop, 0, rounding) == round_rational(value, rounding));
}

RC_GTEST_PROP(Quotient, IsThatOfRationals, ()) {
  const Format to = any_format(63);
  const std::int64_t raw = any_int64();
  const std::int64_t divisor = (*rc::gen::arbitrary<std::int64_t>() & INT64_MAX) >> within(0, 62);
  RC_PRE(divisor > 0);
  const int up = within(-64, 64);
  const Rational value = Rational(up > 0 ? BigInt(raw) << up : BigInt(raw)) /
                         Rational(BigInt(divisor) << (up < 0 ? -up : 0));
  const BigInt rounded = round_rational(value, to.rounding);
  const BigInt expected = overflow_raw(rounded, to, floor_of(value), to.frac_bits());
  RC_ASSERT(BigInt(cast_quotient(raw, to.frac_bits() - up, divisor, to)) == expected);
}

RC_GTEST_PROP(Quotient, ByOneIsACast, ()) {
  const Format to = any_format(63);
  const std::int64_t raw = any_int64();
  const int from_frac = to.frac_bits() + within(-64, 64);
  RC_ASSERT(cast_quotient(raw, from_frac, 1, to) == cast_raw(raw, from_frac, to));
}

RC_GTEST_PROP(Operators, AreThoseOfRationals, ()) {
  const Fixed a = any_value(200);
  const Fixed b = any_value(200);
  const Rational x = rational(a);
  const Rational y = rational(b);
  RC_ASSERT(rational(a + b) == x + y);
  RC_ASSERT(rational(a - b) == x - y);
  RC_ASSERT(rational(a * b) == x * y);
  RC_ASSERT(rational(-a) == -x);
  RC_ASSERT((a < b) == (x < y));
  RC_ASSERT((a == b) == (x == y));
  for (const Fixed& result : {a + b, a - b, a * b, -a}) {
    const Format& type = result.format();
    RC_ASSERT(detail::wrap(result.raw(), type.width, type.is_signed) == result.raw());
  }
  RC_PRE(b.raw() != 0);
  const Fixed quotient = a / b;
  const Format& type = quotient.format();
  const Rational steps = type.frac_bits() >= 0
                             ? Rational((x / y) * (BigInt(1) << type.frac_bits()))
                             : Rational((x / y) / (BigInt(1) << -type.frac_bits()));
  RC_ASSERT(quotient.raw() == round_rational(steps, Rounding::TRN_ZERO));
  RC_ASSERT(detail::wrap(quotient.raw(), type.width, type.is_signed) == quotient.raw());
}

RC_GTEST_PROP(Doubles, SurviveTheRoundTrip, ()) {
  const std::int64_t raw = any_int64() >> 11;  // 53 bits
  const int frac_bits = within(-200, 200);
  const Format format{.width = 60, .int_bits = 60 - frac_bits};
  RC_ASSERT(raw_from_double(to_double(raw, frac_bits), format) == raw);
}

RC_GTEST_PROP(Formats, SurviveTheirText, ()) {
  const Format format = any_format(kMaxWidth);
  RC_ASSERT(parse_format(to_string(format)) == format);
}

RC_GTEST_PROP(KHot, IsIdempotentAndOdd, ()) {
  const Format format{.width = within(2, 63)};
  const std::int64_t raw = any_int64() >> (63 - format.width + 1);
  const int k = within(1, 6);
  const bool signed_digits = *rc::gen::arbitrary<bool>();
  const std::int64_t once = project_khot(raw, k, signed_digits, format);
  RC_ASSERT(count_digits(once, signed_digits) <= k);
  RC_ASSERT(project_khot(once, k, signed_digits, format) == once);
  RC_ASSERT(from_digits(digits_of(once, signed_digits)) == once);
  // The range has one negative value more.
  if (once != min_raw(format) && raw != min_raw(format) && once < max_raw(format) / 2)
    RC_ASSERT(project_khot(-raw, k, signed_digits, format) == -once);
}

}  // namespace
}  // namespace qfx::fixed
