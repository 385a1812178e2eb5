// The cast of one number on a floating-point carrier, as plainly as it can be said.
#pragma once

#include <cmath>
#include <limits>

#include "kernels/grid.h"

#include "qfx/fixed/raw.h"

namespace qfx::kernels::ref {

// Note [Rounding on a carrier]
// v = x * 2^F is exact (ldexp) unless it leaves the exponent range: an infinite v is beyond every
// limit as its finite original is, and a v that underflows is far below 1/4, where only its sign
// counts (TRN). floor(v + 0.5) is wrong: the sum rounds for v = 0.5 - ulp and for large v. n =
// nearest even and v - n are exact; where v - n is +-1/2, the mode decides which neighbour it is.
template <class C>
C round_value(C x, int frac_bits, fixed::Rounding rounding) {
  const C half = C(0.5);
  const C v = std::ldexp(x, frac_bits);
  const C n = std::nearbyint(v);
  const C rest = v - n;
  switch (rounding) {
    case fixed::Rounding::RND:
      return rest == half ? n + 1 : n;
    case fixed::Rounding::RND_ZERO:
      if (v > 0) return rest == -half ? n - 1 : n;
      return rest == half ? n + 1 : n;
    case fixed::Rounding::RND_MIN_INF:
      return rest == -half ? n - 1 : n;
    case fixed::Rounding::RND_INF:
      if (v > 0) return rest == half ? n + 1 : n;
      return rest == -half ? n - 1 : n;
    case fixed::Rounding::RND_CONV:
      return n;
    case fixed::Rounding::TRN:
      return v == 0 && x < 0 ? C(-1) : std::floor(v);
    case fixed::Rounding::TRN_ZERO:
      return std::trunc(v);
    case fixed::Rounding::RND_CONV_ODD:
      return std::abs(rest) == half ? n + 2 * rest : n;
  }
  internal_error("rounding mode {} does not exist", static_cast<int>(rounding));
}

// NaN stays NaN.
template <class C>
C clamp_value(C n, const Grid<C>& grid) {
  return n > grid.high ? grid.high : n < grid.low ? grid.low : n;
}

// The rounded integer n brought into the format; x is its finite or infinite original.
template <class C>
C overflow_value(C n, C x, int frac_bits, const Grid<C>& grid) {
  if (std::isnan(x)) return x;
  switch (grid.format.overflow) {
    case fixed::Overflow::SAT:
    case fixed::Overflow::SAT_SYM:
      return clamp_value(n, grid);
    case fixed::Overflow::SAT_ZERO:
      return n >= grid.low && n <= grid.high ? n : C(0);
    case fixed::Overflow::WRAP:
    case fixed::Overflow::WRAP_SM:
      break;
  }
  if (std::isinf(x)) return std::numeric_limits<C>::quiet_NaN();
  // Wrapping that saturates top bits or keeps sign and magnitude apart is left to the scalar law.
  if (grid.format.overflow == fixed::Overflow::WRAP_SM || grid.format.wrap_bits > 0) {
    fixed::Format format = grid.format;
    format.int_bits = format.width - frac_bits;
    return static_cast<C>(fixed::raw_from_double(x, format));
  }
  // Scaled out of range, x is a multiple of 2^(W + F): its low bits are zero.
  if (std::isinf(n)) return 0;
  C low = std::fmod(n, grid.modulus);
  if (low < 0) low += grid.modulus;
  return low > grid.high ? low - grid.modulus : low;
}

template <class C>
C value_of(C raw, int frac_bits) {
  return std::ldexp(raw, -frac_bits) + C(0);  // no negative zero
}

template <class C>
C cast_value(C x, int frac_bits, const Grid<C>& grid) {
  const C n = round_value(x, frac_bits, grid.format.rounding);
  return value_of(overflow_value(n, x, frac_bits, grid), frac_bits);
}

// What the backward pass knows of one value.
template <class C>
struct Slope {
  bool inside;  // the rounded value is in range: dq/dx = 1
  C point;      // dq/df / ln2
};

// q - reach(x) of fake_cast.h over ln2: the pull of a value that left the range and landed
// somewhere in it.
template <class C>
C jump_of(C n, C x, int frac_bits, const Grid<C>& grid) {
  if (grid.low == 0 && n < 0) return 0;
  const C q = value_of(overflow_value(n, x, frac_bits, grid), frac_bits);
  const C low = value_of(2 * grid.low, frac_bits), high = value_of(2 * grid.high, frac_bits);
  const C reach = x < low ? low : x > high ? high : x;
  return (q - reach) * kPerLn2<C>;
}

template <class C>
Slope<C> slope_of(C x, int frac_bits, const Grid<C>& grid) {
  const C n = round_value(x, frac_bits, grid.format.rounding);
  const C raw = clamp_value(n, grid);
  const bool inside = raw == n;
  if (!inside && jumps_outside(grid.format)) return {false, jump_of(n, x, frac_bits, grid)};
  const C q = value_of(raw, frac_bits);
  return {inside, (inside ? x : C(0)) - q};
}

}  // namespace qfx::kernels::ref
