#include "graph/exact/cast_interval.h"

#include <algorithm>

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"

namespace qfx::graph {

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
