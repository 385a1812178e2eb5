#include "graph/exact/bounds.h"

#include <algorithm>
#include <bit>

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"

namespace qfx::graph {
namespace {

Int128 shifted(Int128 value, int places) {
  if (value == 0 || places == 0) return value;
  const Int128 magnitude = value < 0 ? -value : value;
  if (places >= 90 || magnitude > (kCeiling >> places)) return value < 0 ? -kCeiling : kCeiling;
  return value * (Int128{1} << places);
}

// Bits of a value of this magnitude, without a sign.
int magnitude_width(std::int64_t value) {
  return std::bit_width(static_cast<std::uint64_t>(value < 0 ? ~value : value));
}

}  // namespace

Bounds bounds_of(Interval interval) {
  return {interval.lo, interval.hi};
}

Bounds operator*(Interval interval, std::int64_t factor) {
  const Int128 a = Int128{interval.lo} * factor, b = Int128{interval.hi} * factor;
  return {std::min(a, b), std::max(a, b)};
}

Bounds operator*(Interval a, Interval b) {
  return join(a * b.lo, a * b.hi);
}

Bounds shifted(Bounds bounds, int places) {
  return {shifted(bounds.lo, places), shifted(bounds.hi, places)};
}

Bounds join(Bounds a, Bounds b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}

int signed_width(Bounds bounds) {
  constexpr Int128 kLowest = INT64_MIN, kHighest = INT64_MAX;
  if (bounds.lo < kLowest || bounds.hi > kHighest) return 128;
  return width_for({static_cast<std::int64_t>(bounds.lo), static_cast<std::int64_t>(bounds.hi)},
                   true);
}

void Sum::add(Bounds term, bool always) {
  const Bounds optional = join(term, {});
  const Bounds final_term = always ? term : optional;
  total_ = {total_.lo + final_term.lo, total_.hi + final_term.hi};
  any_order_ = {any_order_.lo + optional.lo, any_order_.hi + optional.hi};
}

Interval held_range(const fixed::Format& format) {
  Interval range{fixed::min_raw(format), fixed::max_raw(format)};
  // ap_fixed's one-bit SAT_SYM still gives -1
  const bool symmetric =
      format.overflow == fixed::Overflow::SAT_SYM && format.is_signed && format.width > 1;
  if (symmetric) ++range.lo;
  return range;
}

int width_for(Interval interval, bool is_signed) {
  QFX_ASSERT(interval.lo <= interval.hi);
  QFX_ASSERT(is_signed || interval.lo >= 0);
  const int magnitude = std::max(magnitude_width(interval.lo), magnitude_width(interval.hi));
  return std::max(1, magnitude + (is_signed ? 1 : 0));
}

std::int64_t rounded(std::int64_t raw, int from_frac, std::int64_t divisor,
                     const fixed::Format& format) {
  // The widest format at the same binary point shows the value before the overflow.
  fixed::Format wide = format;
  wide.width = 63;
  wide.int_bits = 63 - format.frac_bits();
  wide.is_signed = true;
  wide.overflow = fixed::Overflow::SAT;
  wide.wrap_bits = 0;
  return divisor == 1 ? fixed::cast_raw(raw, from_frac, wide)
                      : fixed::cast_quotient(raw, from_frac, divisor, wide);
}

Interval overflow_interval(Interval q, const fixed::Format& format, bool& overflow) {
  const Interval held = held_range(format);
  if (q.lo >= held.lo && q.hi <= held.hi) return q;
  overflow = true;
  switch (format.overflow) {
    case fixed::Overflow::SAT:
    case fixed::Overflow::SAT_SYM:
      return {std::clamp(q.lo, held.lo, held.hi), std::clamp(q.hi, held.lo, held.hi)};
    case fixed::Overflow::SAT_ZERO: {
      // what fits, and zero
      const Interval fits{std::max(q.lo, held.lo), std::min(q.hi, held.hi)};
      if (fits.lo > fits.hi) return {0, 0};
      return {std::min<std::int64_t>(fits.lo, 0), std::max<std::int64_t>(fits.hi, 0)};
    }
    case fixed::Overflow::WRAP:
    case fixed::Overflow::WRAP_SM:
      return held;
  }
  internal_error("an overflow mode without a value: {}", static_cast<int>(format.overflow));
}

Interval cast_interval(Interval exact, int from_frac, std::int64_t divisor,
                       const fixed::Format& format, bool& overflow) {
  // Rounding is monotonic, so the ends of the interval give the ends of the rounded one.
  return overflow_interval({rounded(exact.lo, from_frac, divisor, format),
                            rounded(exact.hi, from_frac, divisor, format)},
                           format, overflow);
}

}  // namespace qfx::graph
