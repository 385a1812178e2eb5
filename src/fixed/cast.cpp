// The law on machine integers.
#include <cstdint>

#include "qfx/base/error.h"
#include "qfx/base/int128.h"
#include "qfx/fixed/convert.h"
#include "qfx/fixed/raw.h"

namespace qfx::fixed {
namespace {

constexpr int kRawBits = 64;

// raw << up keeps its value in 64 bits.
bool fits_shifted(std::int64_t raw, int up) {
  return up < kRawBits && ((raw << up) >> up) == raw;
}

}  // namespace

std::int64_t cast_raw(std::int64_t raw, int from_frac, const Format& to) {
  const int shift = from_frac - to.frac_bits();
  if (shift >= 0 ? shift < kRawBits : fits_shifted(raw, -shift))
    return convert_raw<std::int64_t>(raw, from_frac, to);
  if (shift >= -kRawBits) return static_cast<std::int64_t>(convert_raw<Int128>(raw, from_frac, to));
  // Further to the left only zeros follow: 64 places decide the low bits and the overflow alike.
  const Int128 rounded = static_cast<Int128>(raw) << kRawBits;
  return static_cast<std::int64_t>(overflow_raw<Int128>(rounded, to, raw, from_frac));
}

std::int64_t cast_quotient(std::int64_t raw, int from_frac, std::int64_t divisor,
                           const Format& to) {
  QFX_ASSERT(divisor > 0);
  const int up = to.frac_bits() - from_frac;
  QFX_ASSERT(up <= kRawBits);
  // numerator / divisor = floor + rest / divisor, with 0 <= rest < divisor.
  Int128 floor = 0;
  Int128 rest = 0;
  if (up <= 0 || fits_shifted(raw, up)) {
    const std::int64_t numerator = up > 0 ? raw << up : raw;
    floor = numerator / divisor;
    rest = numerator % divisor;
  } else {
    const Int128 numerator = static_cast<Int128>(raw) << up;
    floor = numerator / divisor;
    rest = numerator % divisor;
  }
  if (rest < 0) {
    rest += divisor;
    --floor;
  }
  Position position = Position::EXACT;
  if (up >= 0) {
    if (rest != 0)
      position = 2 * rest < divisor    ? Position::BELOW_HALF
                 : 2 * rest == divisor ? Position::HALF
                                       : Position::ABOVE_HALF;
  } else {
    // floor has at most 64 bits: 66 places to the right leave less than a quarter of it.
    const int down = -up < kRawBits + 2 ? -up : kRawBits + 2;
    const bool half = detail::bit_of(floor, down - 1);
    const bool more = (floor & detail::ones<Int128>(down - 1)) != 0 || rest != 0;
    position = half ? (more ? Position::ABOVE_HALF : Position::HALF)
                    : (more ? Position::BELOW_HALF : Position::EXACT);
    floor >>= down;
  }
  const Int128 rounded = round_at(floor, position, raw < 0, to.rounding);
  return static_cast<std::int64_t>(overflow_raw<Int128>(rounded, to, floor, to.frac_bits()));
}

}  // namespace qfx::fixed
