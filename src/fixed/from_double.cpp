// Doubles in and out.
#include <algorithm>
#include <cmath>
#include <limits>

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"

namespace qfx::fixed {
namespace {

constexpr int kMantissaBits = std::numeric_limits<double>::digits;
// The exponent of the smallest subnormal double, 2^-1074.
constexpr int kLeastExponent = std::numeric_limits<double>::min_exponent - kMantissaBits;

// value = mantissa * 2^-frac_bits, exactly.
struct Dyadic {
  std::int64_t mantissa;
  int frac_bits;
};

Dyadic split(double value) {
  if (std::isnan(value))
    user_error("NaN cannot become a fixed-point value; look for the operation that produced it");
  if (std::isinf(value))
    user_error("{} cannot become a fixed-point value; give a finite number", value);
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return {static_cast<std::int64_t>(std::ldexp(fraction, kMantissaBits)), kMantissaBits - exponent};
}

double nearest_double(const BigInt& raw, int frac_bits) {
  if (raw == 0) return 0.0;
  const int bits = static_cast<int>(msb(abs(raw))) + 1;
  // Rounded once, to as many bits as a double of this size has: fewer below the normal range.
  const int precision = std::min(kMantissaBits, bits - frac_bits - kLeastExponent);
  const int dropped = std::max(bits - precision, 0);
  const BigInt rounded = round_raw(raw, dropped, 0, Rounding::RND_CONV);
  return std::ldexp(static_cast<double>(rounded.convert_to<std::int64_t>()), dropped - frac_bits);
}

}  // namespace

Fixed Fixed::from_double(double value, const Format& format) {
  validate(format);
  const Dyadic exact = split(value);
  return {convert_raw(BigInt(exact.mantissa), exact.frac_bits, format), format};
}

std::int64_t raw_from_double(double value, const Format& to) {
  const Dyadic exact = split(value);
  return cast_raw(exact.mantissa, exact.frac_bits, to);
}

double Fixed::to_double() const {
  return nearest_double(raw_, format_.frac_bits());
}

double to_double(std::int64_t raw, int frac_bits) {
  // The conversion rounds once and ldexp is exact, except below the normal range.
  if (frac_bits < -kLeastExponent - kMantissaBits)
    return std::ldexp(static_cast<double>(raw), -frac_bits);
  return nearest_double(BigInt(raw), frac_bits);
}

}  // namespace qfx::fixed
