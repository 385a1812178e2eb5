// y = cast(source) over a walk.
#if defined(QFX_KERNELS_FORWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_FORWARD_INL_H
#undef QFX_KERNELS_FORWARD_INL_H
#else
#define QFX_KERNELS_FORWARD_INL_H
#endif

#include "hwy/highway.h"
#include "kernels/simd/quantize-inl.h"
#include "kernels/simd/stream-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

// Any cast: to the grid, rounded, into the range, back.
template <class C, class Rounding, class Overflow>
struct Cast {
  const Grid<C>& grid;
  Rounding rounding;
  Overflow overflow;

  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const VectorPoint<V>& point, const Limits<D>& limits) const {
    const V n = rounding(d, Scaled<V>{x, hn::Mul(x, point.to_grid), point.unit});
    // Adding zero turns -0 into +0; the product is exact, so fusing does not show.
    return hn::MulAdd(overflow(d, n, x, limits), point.unit, hn::Zero(d));
  }
};

// Note [Snapping]
// A saturating cast of a format that is not too wide needs no scaling. x is clamped to the range
// first, which these monotonic roundings allow; then (x + M) - M with M = 1.5 * 2^(mantissa bits) *
// 2^-F is the nearest multiple of 2^-F, ties to even, for the sum has exactly that spacing. Both x
// - q and q +- 2^-F are exact. Nothing underflows, and a zero comes out positive.
template <class C>
inline constexpr int kSnapWidth = kCarrierWidth<C> - 2;

struct SnapToEven {  // RND_CONV
  template <class D, class V>
  HWY_INLINE V operator()(D, V, V q, V) const {
    return q;
  }
};

struct SnapUpward {  // RND
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V q, V unit) const {
    const V half = hn::Mul(unit, hn::Set(d, hn::TFromD<D>(0.5)));
    return hn::Add(q, hn::IfThenElseZero(hn::Eq(hn::Sub(x, q), half), unit));
  }
};

struct SnapDown {  // TRN
  template <class D, class V>
  HWY_INLINE V operator()(D, V x, V q, V unit) const {
    return hn::Sub(q, hn::IfThenElseZero(hn::Gt(q, x), unit));
  }
};

template <class C, class Choose>
struct Snap {
  const Grid<C>& grid;
  Choose choose;

  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, const VectorPoint<V>& point, const Limits<D>& limits) const {
    constexpr C kSpacing = C(1.5) * static_cast<C>(std::int64_t{1} << (kCarrierWidth<C> - 1));
    const V magic = hn::Mul(point.unit, hn::Set(d, kSpacing));
    const V inside =
        clamp_keeping_nan(x, hn::Mul(point.unit, limits.low), hn::Mul(point.unit, limits.high));
    return choose(d, inside, hn::Sub(hn::Add(inside, magic), magic), point.unit);
  }
};

// Calls body(cast): the common modes as types of their own.
template <class C, class Body>
HWY_INLINE void with_cast(const Grid<C>& grid, const Body& body) {
  const fixed::Format& format = grid.format;
  const bool saturates =
      format.overflow == fixed::Overflow::SAT || format.overflow == fixed::Overflow::SAT_SYM;
  if (saturates && format.width <= kSnapWidth<C>) {
    if (format.rounding == fixed::Rounding::RND) return body(Snap<C, SnapUpward>{grid, {}});
    if (format.rounding == fixed::Rounding::RND_CONV) return body(Snap<C, SnapToEven>{grid, {}});
    if (format.rounding == fixed::Rounding::TRN) return body(Snap<C, SnapDown>{grid, {}});
  }
  with_modes(format, [&](auto rounding, auto overflow) HWY_ATTR {
    body(Cast<C, decltype(rounding), decltype(overflow)>{grid, rounding, overflow});
  });
}

// The first `length` elements of the input, whole lines; their columns begin at `column`. The
// points are one channel's Point or the columns' Points.
template <class D, class T, class In, class AnyPoints, class Cast>
HWY_NOINLINE void cast_lines(D d, const In in, T* y, std::int64_t length, std::int64_t column,
                             const AnyPoints& any_points, const Cast& cast) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  const auto points = vectors_of(d, any_points);
  const Limits<D> limits(cast.grid);
  for (std::int64_t j = 0; j < length; j += kVector * kVectors<D>) {
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors<D>; ++k) {
      const std::int64_t i = j + k * kVector;
      const auto& point = points.at(column + i);
      store_as(d, cast(d, in.read(d, i, point).value, point, limits), y + i);
    }
  }
}

// One row.
template <class D, class T, class In, class Points, class Cast>
void cast_row(D d, const In& in, T* y, std::int64_t length, const Points& points,
              const Cast& cast) {
  constexpr std::int64_t kLine = hn::MaxLanes(D()) * kVectors<D>;
  const std::int64_t whole = length / kLine * kLine;
  cast_lines(d, in, y, whole, 0, points, cast);
  if (whole == length) return;
  const std::int64_t count = length - whole;
  typename In::Padded padded;
  Line<T> out;
  cast_lines(d, padded.of(in.from(whole), count), out.values, kLine, whole, points, cast);
  std::memcpy(y + whole, out.values, static_cast<std::size_t>(count) * sizeof(T));
}

template <class D, class T, class C, class In, class Cast>
void cast_rows(D d, const ForwardJob<T, C>& job, const In& in, const Cast& cast) {
  const Walk& walk = job.walk;
  std::int64_t channel = 0;
  for (std::int64_t r = 0; r < walk.rows; ++r) {
    const Point<C>& point = job.points.channels[static_cast<std::size_t>(channel)];
    cast_row(d, in.from(r * walk.length), job.y + r * walk.length, walk.length, point, cast);
    if (++channel == walk.channels) channel = 0;
  }
}

template <class D, class T, class C, class In, class Cast>
void cast_columns(D d, const ForwardJob<T, C>& job, const In& in, const Cast& cast) {
  const Walk& walk = job.walk;
  for (std::int64_t r = 0; r <= walk.rows; ++r) {
    const std::int64_t start = r * walk.length;
    cast_row(d, in.from(start), job.y + start, r < walk.rows ? walk.length : walk.rest, job.points,
             cast);
  }
}

template <class T, class C>
HWY_INLINE void run_forward(const ForwardJob<T, C>& job) {
  using D = hn::ScalableTag<C>;
  with_input(job, [&](const auto& in) HWY_ATTR {
    with_cast(job.grid, [&](const auto& cast) HWY_ATTR {
      if (job.walk.by_columns)
        cast_columns(D(), job, in, cast);
      else
        cast_rows(D(), job, in, cast);
    });
  });
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
