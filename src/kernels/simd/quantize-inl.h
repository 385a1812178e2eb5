// Rounding and overflow on vectors. Note [Rounding on a carrier] in ref/value.h says what is to
// come out; the vector forms need 2^F and 2^-F to be normal numbers, which the caller sees to.
#if defined(QFX_KERNELS_QUANTIZE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_QUANTIZE_INL_H
#undef QFX_KERNELS_QUANTIZE_INL_H
#else
#define QFX_KERNELS_QUANTIZE_INL_H
#endif

#include <algorithm>
#include <cstdint>
#include <limits>

#include "hwy/highway.h"
#include "kernels/grid.h"

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

// n + 1 where mask.
template <class D, class M, class V = hn::Vec<D>>
HWY_INLINE V add_one(D d, V n, M mask) {
  return hn::Add(n, hn::IfThenElseZero(mask, hn::Set(d, hn::TFromD<D>(1))));
}

template <class D, class M, class V = hn::Vec<D>>
HWY_INLINE V subtract_one(D d, V n, M mask) {
  return hn::Sub(n, hn::IfThenElseZero(mask, hn::Set(d, hn::TFromD<D>(1))));
}

// Note [Near rounding]
// With v = x * 2^F, half = 1/2 and under = the number below it, ties go up by floor(v + half) where
// v < 0 and floor(v + under) where v >= 0, v + h computed with its one rounding:
// - v < 0: the sum is a multiple of v's last place (or, above -1/4, within [1/4, 1/2]) and no
//   larger than v, so it is exact while v's last place is at most 1/2.
// - v >= 0: v + under misses v + half by under half a last place of anything below v + half, so it
//   reaches the integer k + 1 exactly where v >= k + half: at a tie the sum lies a quarter (k = 0:
//   half) of a last place below k + 1 and rounds to it, below a tie one last place further.
// Every other nearest mode is this one mirrored. Up to |v| = 2^(mantissa - 1), twice the range of
// formats one bit narrower than the carrier, it is exact; further out the integer may be off by
// one, on the same side of the format.
template <class C>
inline constexpr C kHalf = C(0.5);
template <class C>
inline constexpr C kUnderHalf = kHalf<C> - std::numeric_limits<C>::epsilon() / 4;

// The integer nearest in the sense of `kMode` to x * 2^F, for formats of less than the carrier's
// width; -0 may come out for 0. TRN wants 2^F >= 1: below, a negative x may vanish.
template <fixed::Rounding kMode>
struct Near {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V to_grid, V) const {
    using C = hn::TFromD<D>;
    using fixed::Rounding;
    if constexpr (kMode == Rounding::RND) {
      return hn::Floor(hn::MulAdd(x, to_grid, by_sign(d, x, kHalf<C>, kUnderHalf<C>)));
    } else if constexpr (kMode == Rounding::RND_MIN_INF) {
      return hn::Ceil(hn::MulAdd(x, to_grid, by_sign(d, x, -kUnderHalf<C>, -kHalf<C>)));
    } else if constexpr (kMode == Rounding::RND_INF) {
      return hn::Trunc(hn::MulAdd(x, to_grid, by_sign(d, x, -kUnderHalf<C>, kUnderHalf<C>)));
    } else if constexpr (kMode == Rounding::RND_ZERO) {
      const V magnitude = hn::MulSub(hn::Abs(x), to_grid, hn::Set(d, kHalf<C>));
      return hn::Or(hn::Ceil(magnitude), hn::And(x, hn::SignBit(d)));
    } else if constexpr (kMode == Rounding::RND_CONV) {
      return hn::Round(hn::Mul(x, to_grid));
    } else if constexpr (kMode == Rounding::RND_CONV_ODD) {
      const V v = hn::Mul(x, to_grid);
      const V n = hn::Round(v);
      const V rest = hn::Sub(v, n);
      const auto tie = hn::Eq(hn::Abs(rest), hn::Set(d, kHalf<C>));
      return hn::Add(n, hn::IfThenElseZero(tie, hn::Add(rest, rest)));
    } else if constexpr (kMode == Rounding::TRN) {
      return hn::Floor(hn::Mul(x, to_grid));
    } else {
      static_assert(kMode == Rounding::TRN_ZERO);
      return hn::Trunc(hn::Mul(x, to_grid));
    }
  }

  // The same for x >= 0 or NaN.
  template <class D, class V>
  HWY_INLINE V above(D d, V x, V to_grid, V unit) const {
    if constexpr (kMode == fixed::Rounding::RND)
      return hn::Floor(hn::MulAdd(x, to_grid, hn::Set(d, kUnderHalf<hn::TFromD<D>>)));
    return (*this)(d, x, to_grid, unit);
  }

 private:
  template <class D, class C, class V>
  static HWY_INLINE V by_sign(D d, V x, C below, C above) {
    return hn::IfNegativeThenElse(x, hn::Set(d, below), hn::Set(d, above));
  }
};

// Any mode, any format, any distance, chosen anew for every vector.
struct RoundAsAsked {
  fixed::Rounding rounding;

  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V to_grid, V unit) const {
    const V half = hn::Set(d, hn::TFromD<D>(0.5));
    const V v = hn::Mul(x, to_grid);
    const V n = hn::Round(v);
    const V rest = hn::Sub(v, n);
    const auto positive = hn::Gt(v, hn::Zero(d));
    const auto low_tie = hn::Eq(rest, half);            // n is the neighbour below
    const auto high_tie = hn::Eq(rest, hn::Neg(half));  // n is the one above
    switch (rounding) {
      case fixed::Rounding::RND:
        return add_one(d, n, low_tie);
      case fixed::Rounding::RND_ZERO:
        return subtract_one(d, add_one(d, n, hn::AndNot(positive, low_tie)),
                            hn::And(positive, high_tie));
      case fixed::Rounding::RND_MIN_INF:
        return subtract_one(d, n, high_tie);
      case fixed::Rounding::RND_INF:
        return subtract_one(d, add_one(d, n, hn::And(positive, low_tie)),
                            hn::AndNot(positive, high_tie));
      case fixed::Rounding::RND_CONV:
        return n;
      case fixed::Rounding::TRN: {
        // Back on x's scale the floor is above x only where v underflowed to a negative zero.
        const V floor = hn::Floor(v);
        return subtract_one(d, floor, hn::Gt(hn::Mul(floor, unit), x));
      }
      case fixed::Rounding::TRN_ZERO:
        return hn::Trunc(v);
      case fixed::Rounding::RND_CONV_ODD:
        return hn::Add(n, hn::IfThenElseZero(hn::Or(low_tie, high_tie), hn::Add(rest, rest)));
    }
    return n;
  }
  template <class D, class V>
  HWY_INLINE V above(D d, V x, V to_grid, V unit) const {
    return (*this)(d, x, to_grid, unit);
  }
};

// Calls body(rounding) where a near one is right for the format; kEvery asks for all modes, else
// for the three common ones alone. False where body was not called.
template <bool kEvery, class C, class Body>
HWY_INLINE bool with_near(const Grid<C>& grid, bool coarse, const Body& body) {
  using fixed::Rounding;
  if (grid.format.width >= kCarrierWidth<C>) return false;
  switch (grid.format.rounding) {
    case Rounding::RND:
      body(Near<Rounding::RND>());
      return true;
    case Rounding::RND_CONV:
      body(Near<Rounding::RND_CONV>());
      return true;
    case Rounding::TRN:
      if (coarse) return false;
      body(Near<Rounding::TRN>());
      return true;
    case Rounding::RND_ZERO:
      if constexpr (kEvery) body(Near<Rounding::RND_ZERO>());
      return kEvery;
    case Rounding::RND_MIN_INF:
      if constexpr (kEvery) body(Near<Rounding::RND_MIN_INF>());
      return kEvery;
    case Rounding::RND_INF:
      if constexpr (kEvery) body(Near<Rounding::RND_INF>());
      return kEvery;
    case Rounding::TRN_ZERO:
      if constexpr (kEvery) body(Near<Rounding::TRN_ZERO>());
      return kEvery;
    case Rounding::RND_CONV_ODD:
      if constexpr (kEvery) body(Near<Rounding::RND_CONV_ODD>());
      return kEvery;
  }
  return false;
}

// Calls body(rounding) with a near one or RoundAsAsked.
template <bool kEvery, class C, class Body>
HWY_INLINE void with_rounding(const Grid<C>& grid, bool coarse, const Body& body) {
  if (!with_near<kEvery>(grid, coarse, body)) body(RoundAsAsked{grid.format.rounding});
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
  HWY_INLINE V operator()(D, V n, V, V, const Limits<D>& limits) const {
    const V above = hn::IfThenZeroElse(hn::Lt(n, limits.low), n);
    return hn::IfThenZeroElse(hn::Gt(above, limits.high), above);
  }
};

// The rounding that goes with a scale of 1 bit.
struct FloorOfTwice {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V to_grid, V) const {
    return hn::Floor(hn::Mul(x, hn::Mul(to_grid, hn::Set(d, hn::TFromD<D>(2)))));
  }
};

// WRAP, N = 0, by Note [Near wrapping].
template <int kScaleBits>
struct WrapNear {
  static constexpr bool kNear = true;
  static constexpr int kScale = kScaleBits;

  // The scaled raw value plus limits.base. `seen` gathers what is_near() asks for.
  template <class D, class V>
  HWY_INLINE V operator()(D d, V n, V& seen, const WrapLimits<D>& limits) const {
    const V reduced = hn::And(hn::Add(n, limits.offset), limits.mask);
    seen = hn::Or(seen, hn::Xor(reduced, hn::Set(d, kWrapBase<hn::TFromD<D>>)));
    return reduced;
  }
  template <class D, class V>
  static HWY_INLINE bool is_near(D d, V seen) {
    const hn::RebindToUnsigned<D> du;
    const auto above =
        hn::And(hn::BitCast(du, seen), hn::Set(du, ~kMantissaBits<hn::TFromD<decltype(du)>>));
    return hn::AllTrue(du, hn::Eq(above, hn::Zero(du)));
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
    if (hn::AllTrue(d, inside)) return n;  // a network that trains has few overflows
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
