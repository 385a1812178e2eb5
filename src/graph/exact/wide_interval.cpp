#include "graph/exact/wide_interval.h"

#include <algorithm>
#include <bit>

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

Int128 cut(Int128 value) {
  return std::clamp(value, -kCeiling, kCeiling);
}

Int128 shifted(Int128 value, int places) {
  if (value == 0 || places == 0) return value;
  const Int128 magnitude = value < 0 ? -value : value;
  if (places >= 90 || magnitude > (kCeiling >> places)) return value < 0 ? -kCeiling : kCeiling;
  return value * (Int128{1} << places);
}

bool fits_int64(const WideInterval& interval) {
  return interval.lo >= INT64_MIN && interval.hi <= INT64_MAX;
}

// Ends beyond 64 bits are few and far out: by the ceiling, whatever they are multiplied by.
Int128 product(Int128 a, Int128 b) {
  Int128 result;
  if (!__builtin_mul_overflow(a, b, &result)) return cut(result);
  return (a < 0) == (b < 0) ? kCeiling : -kCeiling;
}

// Bits of a value of this magnitude, without a sign.
int magnitude_width(std::int64_t value) {
  return std::bit_width(static_cast<std::uint64_t>(value < 0 ? ~value : value));
}

}  // namespace

WideInterval operator*(const WideInterval& a, const WideInterval& b) {
  // Weights are points, and there are many.
  if (a.lo == a.hi && fits_int64(a) && fits_int64(b)) {
    const Int128 c = cut(a.lo * b.lo), d = cut(a.lo * b.hi);
    return c < d ? WideInterval{c, d} : WideInterval{d, c};
  }
  const auto [lo, hi] = std::minmax(
      {product(a.lo, b.lo), product(a.lo, b.hi), product(a.hi, b.lo), product(a.hi, b.hi)});
  return {lo, hi};
}

WideInterval shifted(const WideInterval& interval, int places) {
  return {shifted(interval.lo, places), shifted(interval.hi, places)};
}

int signed_width(const WideInterval& interval) {
  return fits_int64(interval) ? width_for(narrowed(interval), true) : 128;
}

int width_for(Interval interval, bool is_signed) {
  QFX_ASSERT(interval.lo <= interval.hi);
  QFX_ASSERT(is_signed || interval.lo >= 0);
  const int magnitude = std::max(magnitude_width(interval.lo), magnitude_width(interval.hi));
  return std::max(1, magnitude + (is_signed ? 1 : 0));
}

}  // namespace qfx::graph
