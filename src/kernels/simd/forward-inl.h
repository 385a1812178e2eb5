// y = cast(source) over a part of a walk, as values or as raw integers.
#if defined(QFX_KERNELS_FORWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_FORWARD_INL_H
#undef QFX_KERNELS_FORWARD_INL_H
#else
#define QFX_KERNELS_FORWARD_INL_H
#endif

#include <algorithm>

#include "hwy/highway.h"
#include "kernels/simd/overflow-inl.h"
#include "kernels/simd/round-inl.h"
#include "kernels/simd/stream-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

// A cast: to the grid, rounded, into the range, and back where values are asked for.
template <class C, class Rounding, class Overflow>
struct Cast {
  static constexpr bool kNear = Overflow::kNear;
  const Grid<C>& grid;
  Rounding rounding;
  Overflow overflow;

  template <class D, class V>
  HWY_INLINE V to_integer(D d, V x, const VectorPoint<V>& point) const {
    return rounding(d, x, point.to_grid, point.unit);
  }
  template <class Out, class D, class V>
  HWY_INLINE V finish(D d, V n, V x, const VectorPoint<V>& point, const Limits<D>& limits) const {
    const V raw = overflow(d, n, x, point.unit, limits);
    // Adding zero turns -0 into +0; the product is exact, so fusing does not show.
    return std::is_integral_v<Out> ? raw : hn::MulAdd(raw, point.unit, hn::Zero(d));
  }
};

// Calls body(cast): modes that have loops of their own as types.
template <Loops kLoops, class C, class Body>
HWY_INLINE void with_cast(const Grid<C>& grid, bool coarse, const Body& body) {
  const auto with = [&](auto overflow) HWY_ATTR {
    return [&body, &grid, overflow](auto rounding) HWY_ATTR {
      body(Cast<C, decltype(rounding), decltype(overflow)>{grid, rounding, overflow});
    };
  };
  if constexpr (!kFewLoops) {
    switch (grid.format.overflow) {
      case fixed::Overflow::SAT:
      case fixed::Overflow::SAT_SYM:
        if (with_near<kLoops>(grid, coarse, with(Saturate()))) return;
        break;
      case fixed::Overflow::SAT_ZERO:
        if constexpr (kLoops == Loops::MANY)
          if (with_near<kLoops>(grid, coarse, with(ZeroOutside()))) return;
        break;
      case fixed::Overflow::WRAP:
        if (grid.format.width <= kWrapNearWidth<C> && grid.format.wrap_bits == 0) {
          if (grid.format.rounding == fixed::Rounding::RND)
            return with(WrapNear<1>())(FloorOfTwice());
          if (with_near<kLoops>(grid, coarse, with(WrapNear<0>()))) return;
        }
        [[fallthrough]];
      case fixed::Overflow::WRAP_SM:
        if (with_near<kLoops>(grid, coarse, with(KeepInside()))) return;
        break;
    }
  }
  with(OverflowAsAsked{grid.format.overflow, grid.format.wrap_bits})(
      RoundAsAsked{grid.format.rounding});
}

template <class D, class Cast>
HWY_INLINE auto limits_of(const Cast& cast) {
  if constexpr (Cast::kNear)
    return cast.overflow.limits(D(), cast.grid);
  else
    return Limits<D>(cast.grid);
}

// One line in the way that is right at any distance. `in` is a copy: an address taken in the near
// lines' loop would keep it in memory there.
template <class D, class T, class In, class Points>
HWY_NOINLINE void cast_far_line(D d, In in, T* y, const Points& points, std::int64_t column,
                                const Grid<hn::TFromD<D>>& grid) {
  const Limits<D> limits(grid);
  const Cast<hn::TFromD<D>, RoundAsAsked, OverflowAsAsked> cast{
      grid, {grid.format.rounding}, {grid.format.overflow, grid.format.wrap_bits}};
  for (std::int64_t i = 0; i < kLine<D>; i += hn::MaxLanes(d)) {
    const auto& point = points.at(column + i);
    const auto x = in.read(d, i, point).value;
    store_as(d, cast.template finish<T>(d, cast.to_integer(d, x, point), x, point, limits), y + i);
  }
}

// The same group of vectors, each line by itself: few of them are far.
template <int kCount, class D, class T, class In, class Points, class Cast>
void cast_line_by_line(D d, In in, T* y, const Points& points, std::int64_t column,
                       const Cast& cast);

// kCount vectors that lie together, whole lines of them. With a near overflow nothing is stored
// before all of them are known to be near: y may be x.
template <int kCount, class D, class T, class In, class Points, class Cast, class AnyLimits>
HWY_INLINE void cast_vectors(D d, const In& in, T* y, const Points& points, std::int64_t column,
                             const Cast& cast, const AnyLimits& limits) {
  using V = hn::Vec<D>;
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  if constexpr (Cast::kNear) {
    V results[kCount];
    auto seen = cast.overflow.nothing_seen(d);
    unrolled<kCount>([&](auto k) HWY_ATTR {
      const auto& point = points.at(column + k * kVector);
      const V x = in.read(d, k * kVector, point).value;
      const V n = cast.to_integer(d, x, point);
      results[k] = cast.overflow.template finish<T>(d, n, point.unit, seen, limits);
    });
    if (HWY_UNLIKELY(!cast.overflow.is_near(d, seen))) {
      if constexpr (kCount == kVectors<D>)
        return cast_far_line(d, in, y, points, column, cast.grid);
      else
        return cast_line_by_line<kCount>(d, in, y, points, column, cast);
    }
    unrolled<kCount>([&](auto k) HWY_ATTR { store_as(d, results[k], y + k * kVector); });
  } else {
    unrolled<kCount>([&](auto k) HWY_ATTR {
      const auto& point = points.at(column + k * kVector);
      const V x = in.read(d, k * kVector, point).value;
      store_as(d, cast.template finish<T>(d, cast.to_integer(d, x, point), x, point, limits),
               y + k * kVector);
    });
  }
}

template <int kCount, class D, class T, class In, class Points, class Cast>
HWY_NOINLINE void cast_line_by_line(D d, In in, T* y, const Points& points, std::int64_t column,
                                    const Cast& cast) {
  const auto limits = limits_of<D>(cast);
  for (std::int64_t i = 0; i < kCount * hn::MaxLanes(D()); i += kLine<D>)
    cast_vectors<kVectors<D>>(d, in.from(i), y + i, points, column + i, cast, limits);
}

// Lines of one channel that lie together: the loop's own instructions would cost a fifth.
template <class D, class T, class C, class In, class Cast>
HWY_NOINLINE void cast_lines(D d, const In in, T* y, std::int64_t length, const Point<C>& point,
                             const Cast& cast) {
  const auto points = vectors_of(d, point);
  const auto limits = limits_of<D>(cast);
  std::int64_t i = 0;
  if constexpr (Cast::kNear && kVectors<D> < 4) {  // to look at `seen` less often
    constexpr std::int64_t kGroup = 4 * hn::MaxLanes(D());
    for (; i + kGroup <= length; i += kGroup)
      cast_vectors<4>(d, in.from(i), y + i, points, 0, cast, limits);
  }
  for (; i < length; i += kLine<D>)
    cast_vectors<kVectors<D>>(d, in.from(i), y + i, points, 0, cast, limits);
}

// The rest of a row, less than a line: cast_line(input, output) casts one on padded copies.
template <class T, class In, class CastLine>
HWY_INLINE void cast_rest(const In& in, T* y, std::int64_t count, const CastLine& cast_line) {
  typename In::template Padded<1> padded;
  padded.copy(in, 0, 0, count);
  Line<T> out;
  cast_line(padded.input(), out.values);
  std::memcpy(y, out.values, static_cast<std::size_t>(count) * sizeof(T));
}

// `length` elements of one channel.
template <class D, class T, class C, class In, class Cast>
void cast_row(D d, const In& in, T* y, std::int64_t length, const Point<C>& point,
              const Cast& cast) {
  const std::int64_t whole = length / kLine<D> * kLine<D>;
  cast_lines(d, in, y, whole, point, cast);
  if (whole < length)
    cast_rest(in.from(whole), y + whole, length - whole, [&](const In& line, T* out) HWY_ATTR {
      cast_lines(d, line, out, kLine<D>, point, cast);
    });
}

template <class D, class S, class C, class T, class In, class Cast>
void cast_rows(D d, const ForwardJob<S, C, T>& job, In in, const Cast& cast) {
  const Walk& walk = job.walk;
  const Part& part = job.part;
  T* y = job.y;
  if (part.first == part.last) return;
  if (job.points.uniform) return cast_row(d, in, y, walk.size(part), job.points.channels[0], cast);
  std::int64_t channel = walk.channel_of_row(part.first);
  const std::int64_t length = std::min(part.end, walk.length) - part.begin;
  for (std::int64_t r = part.first; r < part.last; ++r) {
    cast_row(d, in, y, length, job.points.channels[static_cast<std::size_t>(channel)], cast);
    in = in.from(length);
    y += length;
    if (++channel == walk.channels) channel = 0;
  }
}

// `rows` rows, `stride` apart, of `length` columns, whole lines of them, from `column` on.
template <class D, class T, class In, class C, class Cast>
HWY_NOINLINE void cast_strips(D d, const In in, T* y, std::int64_t stride, std::int64_t rows,
                              std::int64_t length, std::int64_t column, const Points<C>& columns,
                              const Cast& cast) {
  const auto points = vectors_of(d, columns);
  const auto limits = limits_of<D>(cast);
  In ahead = in.from(rows * stride);
  const T* y_ahead = y + rows * stride;
  for (std::int64_t j = 0; j < length; j += kLine<D>) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t i = r * stride + j;
      cast_vectors<kVectors<D>>(d, in.from(i), y + i, points, column + j, cast, limits);
      if (stride > kLine<D>) {  // the processor does not foresee the jumps from row to row
        ahead.prefetch();
        hwy::Prefetch(y_ahead);
      }
      ahead = ahead.from(kLine<D>);
      y_ahead += kLine<D>;
    }
  }
}

template <class D, class S, class C, class T, class In, class Cast>
void cast_columns(D d, const ForwardJob<S, C, T>& job, In in, const Cast& cast) {
  const Part& part = job.part;
  T* y = job.y;
  for_each_strip(
      job.walk, part, [&](std::int64_t, std::int64_t rows, std::int64_t length) HWY_ATTR {
        const std::int64_t whole = length / kLine<D> * kLine<D>;
        cast_strips(d, in, y, length, rows, whole, part.begin, job.points, cast);
        for (std::int64_t r = 0; whole < length && r < rows; ++r) {
          const std::int64_t i = r * length + whole;
          cast_rest(in.from(i), y + i, length - whole, [&](const In& line, T* out) HWY_ATTR {
            cast_strips(d, line, out, kLine<D>, 1, kLine<D>, part.begin + whole, job.points, cast);
          });
        }
        in = in.from(rows * length);
        y += rows * length;
      });
}

// What belongs to a channel lies in columns.
template <class S, class C, class T>
bool has_columns(const ForwardJob<S, C, T>& job) {
  return job.walk.by_columns && !job.points.uniform;
}

template <Loops kRowLoops, class D, class S, class C, class T, class In>
HWY_INLINE void cast_all(D d, const ForwardJob<S, C, T>& job, const In& in) {
  if (has_columns(job)) {
    with_cast<Loops::COMMON>(job.grid, job.points.coarse,
                             [&](const auto& cast) HWY_ATTR { cast_columns(d, job, in, cast); });
  } else {
    with_cast<kRowLoops>(job.grid, job.points.coarse,
                         [&](const auto& cast) HWY_ATTR { cast_rows(d, job, in, cast); });
  }
}

template <class T, class C>
HWY_INLINE void run_forward(const ForwardJob<T, C>& job) {
  with_input(job, [&](const auto& in) HWY_ATTR {
    constexpr bool kPlain = std::remove_reference_t<decltype(in)>::kKind == Source::PLAIN;
    cast_all<kPlain ? Loops::MANY : Loops::COMMON>(hn::ScalableTag<C>(), job, in);
  });
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
