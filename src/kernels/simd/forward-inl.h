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

template <class D, class Rounding, class Overflow>
struct Cast {
  Limits<D> limits;
  Rounding rounding;
  Overflow overflow;

  template <class V>
  HWY_INLINE V operator()(V x, const VectorPoint<V>& point) const {
    const D d;
    const V n = rounding(d, Scaled<V>{x, hn::Mul(x, point.to_grid), point.unit});
    // Adding zero turns -0 into +0; the product is exact, so fusing does not show.
    return hn::MulAdd(overflow(d, n, x, limits), point.unit, hn::Zero(d));
  }
};

// The first `length` elements of the input, whole lines; their columns begin at `column`.
template <class D, class T, class In, class Points, class Cast>
HWY_NOINLINE void cast_lines(D d, const In in, T* y, std::int64_t length, std::int64_t column,
                             const Points& points, const Cast& cast) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  for (std::int64_t j = 0; j < length; j += kVector * kVectors<D>) {
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors<D>; ++k) {
      const std::int64_t i = j + k * kVector;
      const auto& point = points.at(column + i);
      store_as(d, cast(in.read(d, i, point).value, point), y + i);
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
    const RowPoint<D> point(d, job.points.channels[static_cast<std::size_t>(channel)]);
    cast_row(d, in.from(r * walk.length), job.y + r * walk.length, walk.length, point, cast);
    if (++channel == walk.channels) channel = 0;
  }
}

template <class D, class T, class C, class In, class Cast>
void cast_columns(D d, const ForwardJob<T, C>& job, const In& in, const Cast& cast) {
  const Walk& walk = job.walk;
  const ColumnPoints<D> points(d, job.points);
  for (std::int64_t r = 0; r <= walk.rows; ++r) {
    const std::int64_t start = r * walk.length;
    cast_row(d, in.from(start), job.y + start, r < walk.rows ? walk.length : walk.rest, points,
             cast);
  }
}

template <class T, class C>
HWY_INLINE void run_forward(const ForwardJob<T, C>& job) {
  using D = hn::ScalableTag<C>;
  with_input(job, [&](const auto& in) HWY_ATTR {
    with_modes(job.grid.format, [&](auto rounding, auto overflow) HWY_ATTR {
      const Cast<D, decltype(rounding), decltype(overflow)> cast{Limits<D>(job.grid), rounding,
                                                                 overflow};
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
