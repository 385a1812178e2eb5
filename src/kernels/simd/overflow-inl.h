// A rounded integer into its format's range, on vectors: saturating, and wrapping.
#if defined(QFX_KERNELS_OVERFLOW_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_OVERFLOW_INL_H
#undef QFX_KERNELS_OVERFLOW_INL_H
#else
#define QFX_KERNELS_OVERFLOW_INL_H
#endif

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "hwy/highway.h"
#include "kernels/grid.h"
#include "kernels/simd/native-inl.h"
#include "kernels/simd/round-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

// The vectors' Min and Max return the second operand (x86) or NaN (others) where one is NaN: NaN in
// `n` stays.
template <class V>
HWY_INLINE V clamp_keeping_nan(V n, V low, V high) {
  return hn::Max(low, hn::Min(high, n));
}

// A grid's limits in every lane; `modulus` is what Note [Wrapping at any distance] reduces by.
template <class D>
struct Limits {
  using V = hn::Vec<D>;
  using C = hn::TFromD<D>;
  explicit Limits(const Grid<C>& grid)
      : low(hn::Set(D(), grid.low)),
        high(hn::Set(D(), grid.high)),
        modulus(hn::Set(D(), modulus_of(grid))),
        inverse(hn::Set(D(), 1 / modulus_of(grid))),
        above(hn::Set(D(), grid.high + 1 - modulus_of(grid) / 2)),
        below(grid.format.is_signed ? low : above) {}

  V low, high, modulus, inverse;
  V above, below;  // the bits that WRAP, N > 0, and WRAP_SM set beyond the range

 private:
  static C modulus_of(const Grid<C>& grid) {
    return grid.modulus / C(std::uint64_t{1} << (std::max(grid.format.wrap_bits, 1) - 1));
  }
};

// Note [Near wrapping]
// Numbers of [B, 2B), B = 2^(mantissa - 1), lie 1 apart: their low bits are an integer's. With an
// offset of 3/2 B (plus half the modulus 2^W where signed), n becomes such a number, and clearing
// its mantissa above the low W bits reduces it modulo 2^W; taking B (plus that half) off again is
// exact. What fell out of [B, 2B), NaN too, was too far out and shows in the sign and exponent.
// RND comes as floor(2v), v = x * 2^F: floor(v + 1/2) is the half of floor(2v) + 1, its last bit
// cleared. All of the above is twice as large then, a scale of 1 bit.
template <class C>
inline constexpr int kWrapNearWidth = std::numeric_limits<C>::digits - 3;
template <class Bits>
inline constexpr Bits kMantissaBits = (Bits{1} << (sizeof(Bits) == 4 ? 23 : 52)) - 1;
template <class C>
inline constexpr C kWrapBase = C(std::uint64_t{1} << (std::numeric_limits<C>::digits - 1));

template <class D>
struct WrapLimits {
  using V = hn::Vec<D>;
  using C = hn::TFromD<D>;
  WrapLimits(const Grid<C>& grid, int scale_bits) {
    const hn::RebindToUnsigned<D> du;
    using Bits = hn::TFromD<decltype(du)>;
    const C scale = C(1 << scale_bits);
    const C half = grid.format.is_signed ? scale * grid.modulus / 2 : C(0);
    const int width = std::min(grid.format.width, kWrapNearWidth<C>);
    const Bits low = ((Bits{1} << width) - 1) << scale_bits;
    offset = hn::Set(D(), kWrapBase<C> * C(1.5) + half + (scale - 1));
    base = hn::Set(D(), kWrapBase<C> + half);
    mask = hn::BitCast(D(), hn::Set(du, ~kMantissaBits<Bits> | low));
  }

  V offset, base, mask;
};

struct Saturate {  // SAT, SAT_SYM
  static constexpr bool kNear = false;
  template <class D, class V>
  HWY_INLINE V operator()(D, V n, V, V, const Limits<D>& limits) const {
    return clamp_keeping_nan(n, limits.low, limits.high);
  }
};

struct ZeroOutside {  // SAT_ZERO
  static constexpr bool kNear = false;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V n, V, V, const Limits<D>& limits) const {
    return zero_outside(d, n, limits.low, limits.high);
  }
};

// The rounding that goes with a scale of 1 bit.
struct FloorOfTwice {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V to_grid, V) const {
    return hn::Floor(hn::Mul(x, hn::Mul(to_grid, hn::Set(d, hn::TFromD<D>(2)))));
  }
};

// Overflows that are right for near values only. finish() gives the result, a raw value for integer
// Out; after a line of them is_near() says whether it stands.

// WRAP, N = 0, by Note [Near wrapping].
template <int kScaleBits>
struct WrapNear {
  static constexpr bool kNear = true;

  template <class D>
  static HWY_INLINE WrapLimits<D> limits(D, const Grid<hn::TFromD<D>>& grid) {
    return WrapLimits<D>(grid, kScaleBits);
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> nothing_seen(D d) {
    return hn::Zero(d);
  }
  template <class Out, class D, class V>
  HWY_INLINE V finish(D d, V n, V unit, V& seen, const WrapLimits<D>& limits) const {
    using C = hn::TFromD<D>;
    const V reduced = hn::And(hn::Add(n, limits.offset), limits.mask);  // scaled, plus the base
    seen = or_difference(d, seen, reduced, hn::Set(d, kWrapBase<C>));
    const V one = hn::Set(d, C(1) / (1 << kScaleBits));
    const V step = std::is_integral_v<Out> ? one : hn::Mul(unit, one);
    // Exact, each part and the whole.
    return hn::MulSub(reduced, step, hn::Mul(limits.base, step));
  }
  template <class D, class V>
  static HWY_INLINE bool is_near(D d, V seen) {
    const hn::RebindToUnsigned<D> du;
    const auto above =
        hn::And(hn::BitCast(du, seen), hn::Set(du, ~kMantissaBits<hn::TFromD<decltype(du)>>));
    return hn::AllTrue(du, hn::Eq(above, hn::Zero(du)));
  }
};

// What wraps in any way, where nothing leaves the range: a network that trains has few overflows.
struct KeepInside {
  static constexpr bool kNear = true;

  template <class D>
  static HWY_INLINE Limits<D> limits(D, const Grid<hn::TFromD<D>>& grid) {
    return Limits<D>(grid);
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> nothing_seen(D d) {
    return hn::Zero(d);
  }
  template <class Out, class D, class V>
  HWY_INLINE V finish(D d, V n, V unit, V& moved, const Limits<D>& limits) const {
    // A NaN does not move, and stays.
    moved = or_difference(d, moved, n, Saturate()(d, n, n, unit, limits));
    return std::is_integral_v<Out> ? n : hn::MulAdd(n, unit, hn::Zero(d));
  }
  template <class D, class V>
  static HWY_INLINE bool is_near(D, V moved) {
    const hn::RebindToUnsigned<D> du;
    return hn::AllTrue(du, hn::Eq(hn::BitCast(du, moved), hn::Zero(du)));
  }
};

// Note [Wrapping at any distance]
// n inside the range stays. Outside, with N saturated bits:
// - WRAP, N = 0: n modulo 2^W.
// - The others keep the low k = W - N bits of n (k = W - 1 for WRAP_SM, N = 0) and set those from k
//   on by the sign, to `below` or `above`. With K = 2^k and rest = n modulo K, rest is what is
//   kept, or K - 1 - rest where WRAP_SM inverts: where bit k differs from the sign for N = 0 and 1,
//   where it equals the sign for N > 1. n modulo 2K gives rest and bit k. With N = 0 "the sign" is
//   bit W of floor(x * 2^F).
// No step rounds: each gives an integer, halved or divided by the modulus at most, of no more bits
// than the carrier has. Far out every number is a multiple of every modulus and leaves nothing;
// so does an x whose n is an infinity, and n's sign is x's. So no mode and no value goes to the
// reference, only far binary points do (kFarPoint in plan.h).
struct OverflowAsAsked {
  static constexpr bool kNear = false;
  fixed::Overflow overflow;
  int wrap_bits;  // N

  template <class D, class V>
  HWY_INLINE V operator()(D d, V n, V x, V unit, const Limits<D>& limits) const {
    switch (overflow) {
      case fixed::Overflow::SAT:
      case fixed::Overflow::SAT_SYM:
        return Saturate()(d, n, x, unit, limits);
      case fixed::Overflow::SAT_ZERO:
        return ZeroOutside()(d, n, x, unit, limits);
      case fixed::Overflow::WRAP:
      case fixed::Overflow::WRAP_SM:
        break;
    }
    const auto inside = hn::And(hn::Ge(n, limits.low), hn::Le(n, limits.high));
    using C = hn::TFromD<D>;
    const V far = hn::Set(d, sizeof(C) == 4 ? C(0x1p126) : C(0x1p1022));
    const V near = hn::IfThenElseZero(hn::Lt(hn::Abs(n), far), n);
    const V low = hn::NegMulAdd(turns(near, limits), limits.modulus, near);
    const V wrapped =
        overflow == fixed::Overflow::WRAP && wrap_bits == 0
            ? hn::Sub(low, hn::IfThenElseZero(hn::Gt(low, limits.high), limits.modulus))
            : with_top_bits(d, low, n, x, unit, limits);
    // NaN where x is NaN or infinite.
    return hn::IfThenElse(inside, n, hn::Add(wrapped, hn::Sub(x, x)));
  }

 private:
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE V turns(V n, const Limits<D>& limits) {
    return hn::Floor(hn::Mul(n, limits.inverse));
  }

  // `low` is n modulo 2K.
  template <class D, class V>
  HWY_INLINE V with_top_bits(D d, V low, V n, V x, V unit, const Limits<D>& limits) const {
    const V half_turn = hn::Mul(limits.modulus, hn::Set(d, hn::TFromD<D>(0.5)));
    const auto bit = hn::Ge(low, half_turn);
    const V rest = hn::Sub(low, hn::IfThenElseZero(bit, half_turn));
    auto negative = hn::Lt(n, hn::Zero(d));
    V kept = rest;
    if (overflow == fixed::Overflow::WRAP_SM) {
      if (wrap_bits == 0) negative = deleted_bit(d, n, x, unit, limits);
      const auto differs = hn::Xor(bit, negative);
      const V inverted = hn::Sub(hn::Sub(half_turn, hn::Set(d, hn::TFromD<D>(1))), rest);
      kept = wrap_bits > 1 ? hn::IfThenElse(differs, rest, inverted)
                           : hn::IfThenElse(differs, inverted, rest);
    }
    return hn::Add(kept, hn::IfThenElse(negative, limits.below, limits.above));
  }

  // Bit W of floor(x * 2^F), which is n or n - 1; for N = 0, so the modulus is 2^W.
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> deleted_bit(D d, V n, V x, V unit, const Limits<D>& limits) {
    const V floor = subtract_one(d, n, hn::Gt(hn::Mul(n, unit), x));
    const V half = hn::Mul(turns(floor, limits), hn::Set(d, hn::TFromD<D>(0.5)));
    return hn::Ne(half, hn::Floor(half));  // an odd number of turns; an infinity has none
  }
};

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
