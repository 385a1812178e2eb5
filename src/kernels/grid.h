// A format as the casts on a floating-point carrier see it: limits as carrier numbers.
#pragma once

#include <cmath>
#include <numbers>

#include "qfx/base/error.h"
#include "qfx/fixed/format.h"
#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

// The widest format whose every raw value the carrier holds exactly.
template <class T>
inline constexpr int kCarrierWidth = 24;
template <>
inline constexpr int kCarrierWidth<double> = 53;

// The sums of the backward pass are multiplied by ln2 at their end; what is to come out of them as
// it is goes in with this factor.
template <class C>
inline constexpr C kPerLn2 = static_cast<C>(1 / std::numbers::ln2);

// C is the type the cast is computed in.
template <class C>
struct Grid {
  explicit Grid(const fixed::Format& f) : format(f) {
    QFX_ASSERT(f.width >= 1 && f.width <= kCarrierWidth<C>);
    modulus = std::ldexp(C(1), f.width);
    const fixed::Interval held = fixed::held_range(f);
    low = static_cast<C>(held.lo);
    high = static_cast<C>(held.hi);
  }

  fixed::Format format;  // its int_bits are not used: every channel has its own frac_bits
  C low = 0;             // smallest raw value a conversion gives
  C high = 0;            // largest
  C modulus = 0;         // 2^width
};

}  // namespace qfx::kernels
