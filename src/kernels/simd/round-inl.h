// Rounding on vectors. Note [Rounding on a carrier] in ref/value.h says what is to come out; the
// vector forms need 2^F and 2^-F to be normal numbers, which the caller sees to.
#if defined(QFX_KERNELS_ROUND_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_ROUND_INL_H
#undef QFX_KERNELS_ROUND_INL_H
#else
#define QFX_KERNELS_ROUND_INL_H
#endif

#include <cstdint>
#include <limits>

#include "hwy/highway.h"
#include "kernels/grid.h"
#include "kernels/simd/native-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

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
// RND_INF is this one mirrored where v < 0. Up to |v| = 2^(mantissa - 1), twice the range of
// formats one bit narrower than the carrier, it is exact; further out the integer may be off by
// one, on the same side of the format.
// Where the sum can round down or up instead, h is half either way, and the way it rounds is away
// from the integer that it must not reach: exact for every v.
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
    using fixed::Rounding;
    if constexpr (kMode == Rounding::RND) {
      return hn::Floor(plus_half(d, x, to_grid));
    } else if constexpr (kMode == Rounding::RND_INF) {
      return hn::Trunc(plus_signed_half(d, x, to_grid));
    } else if constexpr (kMode == Rounding::RND_CONV) {
      return hn::Round(hn::Mul(x, to_grid));
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
#if QFX_IS_AVX512
  template <class D, class V, class C = hn::TFromD<D>>
  static HWY_INLINE V plus_half(D d, V x, V to_grid) {
    return mul_add_toward<kDown>(x, to_grid, hn::Set(d, kHalf<C>));
  }
  template <class D, class V, class C = hn::TFromD<D>>
  static HWY_INLINE V plus_signed_half(D d, V x, V to_grid) {
    return mul_add_toward<kToZero>(x, to_grid, hn::CopySignToAbs(hn::Set(d, kHalf<C>), x));
  }
#else
  template <class D, class V, class C = hn::TFromD<D>>
  static HWY_INLINE V plus_half(D d, V x, V to_grid) {
    return hn::MulAdd(x, to_grid, by_sign(d, x, kHalf<C>, kUnderHalf<C>));
  }
  template <class D, class V, class C = hn::TFromD<D>>
  static HWY_INLINE V plus_signed_half(D d, V x, V to_grid) {
    return hn::MulAdd(x, to_grid, by_sign(d, x, -kUnderHalf<C>, kUnderHalf<C>));
  }
  template <class D, class C, class V>
  static HWY_INLINE V by_sign(D d, V x, C below, C above) {
    return hn::IfNegativeThenElse(x, hn::Set(d, below), hn::Set(d, above));
  }
#endif
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

// Which roundings have loops of their own; the others ask anew for every vector, which costs a cast
// in the cache some of its speed. Each loop is compiled for every source, layout and instruction
// set, so that only what is often asked for has one.
enum class Loops : std::uint8_t {
  ONE,     // for any rounding
  COMMON,  // RND, RND_CONV and TRN have their own
  MANY     // so have RND_INF and TRN_ZERO, what C's round() and conversions to int do
};

// SSE4 alone is what machines have that are older than 2013, or small: they get by with one.
inline constexpr bool kFewLoops = HWY_TARGET == HWY_SSE4;

// Calls body(rounding) where a near one with a loop of its own is right for the format. False where
// body was not called.
template <Loops kLoops, class C, class Body>
HWY_INLINE bool with_near(const Grid<C>& grid, bool coarse, const Body& body) {
  using fixed::Rounding;
  if constexpr (kFewLoops || kLoops == Loops::ONE) {
    return false;
  } else {
    constexpr bool kMany = kLoops == Loops::MANY;
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
      case Rounding::RND_INF:
        if constexpr (kMany) body(Near<Rounding::RND_INF>());
        return kMany;
      case Rounding::TRN_ZERO:
        if constexpr (kMany) body(Near<Rounding::TRN_ZERO>());
        return kMany;
      case Rounding::RND_ZERO:
      case Rounding::RND_MIN_INF:
      case Rounding::RND_CONV_ODD:
        return false;
    }
    return false;
  }
}

// Calls body(rounding) with a near one or RoundAsAsked.
template <Loops kLoops, class C, class Body>
HWY_INLINE void with_rounding(const Grid<C>& grid, bool coarse, const Body& body) {
  if (!with_near<kLoops>(grid, coarse, body)) body(RoundAsAsked{grid.format.rounding});
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
