// Interval arithmetic on exact values before a cast.
#pragma once

#include <cstdint>

#include "qfx/graph/range.h"

namespace qfx::graph {

__extension__ typedef __int128 Int128;

// Bounds of an exact value on some grid. They stay below kCeiling times the number of terms, far
// inside 128 bits; what reaches 2^63 is refused in the end.
struct Bounds {
  Int128 lo = 0;
  Int128 hi = 0;
};
inline constexpr Int128 kCeiling = Int128{1} << 90;

Bounds bounds_of(Interval interval);
// The interval times a constant.
Bounds operator*(Interval interval, std::int64_t factor);
Bounds operator*(Interval a, Interval b);
// On a grid 2^-places finer; places >= 0. Saturates at kCeiling.
Bounds shifted(Bounds bounds, int places);
Bounds join(Bounds a, Bounds b);
// Signed width; 128 for what no 64-bit integer holds.
int signed_width(Bounds bounds);

// A sum whose terms come in any order, some possibly absent (zero padding).
class Sum {
 public:
  // always: the term is part of the final sum; else it may be zero instead
  void add(Bounds term, bool always = true);
  // The final value.
  Bounds total() const { return total_; }
  // Every partial sum in any order, the final value and zero.
  Bounds any_order() const { return any_order_; }

 private:
  Bounds total_;
  Bounds any_order_;
};

// raw * 2^-from_frac / divisor rounded to the format's binary point, before the overflow; what is
// beyond 63 bits is cut there.
std::int64_t rounded(std::int64_t raw, int from_frac, std::int64_t divisor,
                     const fixed::Format& format);

// What the overflow makes of values in `rounded`. Sets overflow where some of them lie outside
// held_range(format), and leaves it alone otherwise.
Interval overflow_interval(Interval rounded, const fixed::Format& format, bool& overflow);

// The integers that values in `exact` * 2^-from_frac / divisor become in `format`. Sets overflow
// where some rounded value lies outside held_range(format), and leaves it alone otherwise.
Interval cast_interval(Interval exact, int from_frac, std::int64_t divisor,
                       const fixed::Format& format, bool& overflow);

}  // namespace qfx::graph
