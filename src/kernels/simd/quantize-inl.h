// Rounding and overflow on vectors. Note [Rounding on a carrier] in ref/value.h says why this is
// exact; the vector forms need 2^F and 2^-F to be normal numbers, which the caller sees to.
#if defined(QFX_KERNELS_QUANTIZE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_QUANTIZE_INL_H
#undef QFX_KERNELS_QUANTIZE_INL_H
#else
#define QFX_KERNELS_QUANTIZE_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/grid.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

// A value on its way: x, x * 2^F, and the channel's 2^-F.
template <class V>
struct Scaled {
  V x;
  V v;
  V unit;
};

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

struct RoundUpward {  // RND
  template <class D, class V>
  HWY_INLINE V operator()(D d, const Scaled<V>& s) const {
    const V n = hn::Round(s.v);
    return add_one(d, n, hn::Eq(hn::Sub(s.v, n), hn::Set(d, hn::TFromD<D>(0.5))));
  }
};

struct RoundToEven {  // RND_CONV
  template <class D, class V>
  HWY_INLINE V operator()(D, const Scaled<V>& s) const {
    return hn::Round(s.v);
  }
};

struct RoundDown {  // TRN
  template <class D, class V>
  HWY_INLINE V operator()(D d, const Scaled<V>& s) const {
    // Back on x's scale the floor is above x only where v underflowed to a negative zero.
    const V n = hn::Floor(s.v);
    return subtract_one(d, n, hn::Gt(hn::Mul(n, s.unit), s.x));
  }
};

// Any mode, chosen anew for every vector: the branch is always predicted.
struct RoundAsAsked {
  fixed::Rounding rounding;

  template <class D, class V>
  HWY_INLINE V operator()(D d, const Scaled<V>& s) const {
    const V half = hn::Set(d, hn::TFromD<D>(0.5));
    const V n = hn::Round(s.v);
    const V rest = hn::Sub(s.v, n);
    const auto positive = hn::Gt(s.v, hn::Zero(d));
    const auto low_tie = hn::Eq(rest, half);            // n is the neighbour below
    const auto high_tie = hn::Eq(rest, hn::Neg(half));  // n is the one above
    switch (rounding) {
      case fixed::Rounding::RND:
        return RoundUpward()(d, s);
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
      case fixed::Rounding::TRN:
        return RoundDown()(d, s);
      case fixed::Rounding::TRN_ZERO:
        return hn::Trunc(s.v);
      case fixed::Rounding::RND_CONV_ODD:
        return hn::Add(n, hn::IfThenElseZero(hn::Or(low_tie, high_tie), hn::Add(rest, rest)));
    }
    return n;
  }
};

// A grid's limits in every lane.
template <class D>
struct Limits {
  using V = hn::Vec<D>;
  using C = hn::TFromD<D>;
  explicit Limits(const Grid<C>& grid)
      : low(hn::Set(D(), grid.low)),
        high(hn::Set(D(), grid.high)),
        modulus(hn::Set(D(), grid.modulus)),
        inverse(hn::Set(D(), 1 / grid.modulus)),
        far(hn::Set(D(), far_value())) {}

  // Beyond it every number of the carrier is a multiple of every modulus.
  static C far_value() { return sizeof(C) == 4 ? C(0x1p126) : C(0x1p1022); }

  V low, high, modulus, inverse, far;
};

struct Saturate {  // SAT, SAT_SYM
  template <class D, class V>
  HWY_INLINE V operator()(D, V n, V, const Limits<D>& limits) const {
    return clamp_keeping_nan(n, limits.low, limits.high);
  }
};

struct Wrap {  // WRAP, N = 0
  template <class D, class V>
  HWY_INLINE V operator()(D, V n, V x, const Limits<D>& limits) const {
    // Far out, n is a multiple of the modulus and leaves nothing.
    const V near = hn::IfThenElseZero(hn::Lt(hn::Abs(n), limits.far), n);
    const V turns = hn::Floor(hn::Mul(near, limits.inverse));
    const V low = hn::NegMulAdd(turns, limits.modulus, near);
    const V folded = hn::Sub(low, hn::IfThenElseZero(hn::Gt(low, limits.high), limits.modulus));
    return hn::Add(folded, hn::Sub(x, x));  // NaN where x is NaN or infinite
  }
};

struct OverflowAsAsked {
  fixed::Overflow overflow;

  template <class D, class V>
  HWY_INLINE V operator()(D d, V n, V x, const Limits<D>& limits) const {
    switch (overflow) {
      case fixed::Overflow::SAT:
      case fixed::Overflow::SAT_SYM:
        return Saturate()(d, n, x, limits);
      case fixed::Overflow::SAT_ZERO:
        return hn::IfThenZeroElse(hn::Or(hn::Lt(n, limits.low), hn::Gt(n, limits.high)), n);
      case fixed::Overflow::WRAP:
      case fixed::Overflow::WRAP_SM:  // with N > 0 and WRAP_SM the reference works
        break;
    }
    return Wrap()(d, n, x, limits);
  }
};

// Calls body(rounding, overflow) for the modes that do not snap; the common ones as types of their
// own.
template <class Body>
HWY_INLINE void with_modes(const fixed::Format& format, const Body& body) {
  const fixed::Rounding rounding = format.rounding;
  if (format.overflow == fixed::Overflow::WRAP) {
    if (rounding == fixed::Rounding::RND) return body(RoundUpward(), Wrap());
    if (rounding == fixed::Rounding::RND_CONV) return body(RoundToEven(), Wrap());
    if (rounding == fixed::Rounding::TRN) return body(RoundDown(), Wrap());
  }
  body(RoundAsAsked{rounding}, OverflowAsAsked{format.overflow});
}

// Calls body(rounding).
template <class Body>
HWY_INLINE void with_rounding(fixed::Rounding rounding, const Body& body) {
  if (rounding == fixed::Rounding::RND) return body(RoundUpward());
  if (rounding == fixed::Rounding::RND_CONV) return body(RoundToEven());
  if (rounding == fixed::Rounding::TRN) return body(RoundDown());
  body(RoundAsAsked{rounding});
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
