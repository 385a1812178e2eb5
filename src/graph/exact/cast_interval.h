// What a cast makes of intervals.
#pragma once

#include <cstdint>

#include "qfx/graph/range.h"

namespace qfx::graph {

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
