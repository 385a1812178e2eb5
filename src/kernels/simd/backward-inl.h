// dx and the gradients of the channel points over a walk, in the order of Note [Order of sums].
#if defined(QFX_KERNELS_BACKWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_BACKWARD_INL_H
#undef QFX_KERNELS_BACKWARD_INL_H
#else
#define QFX_KERNELS_BACKWARD_INL_H
#endif

#include <algorithm>
#include <vector>

#include "hwy/highway.h"
#include "kernels/simd/overflow-inl.h"
#include "kernels/simd/round-inl.h"
#include "kernels/simd/stream-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

// What one vector adds to the sums.
template <class V, class M>
struct Gradient {
  V dx;
  M inside;
  V terms[3];  // as many as the source has sums
};

// What a value outside the range adds to df: -q where the format saturates, else a jump.
enum class Outside { SATURATED, JUMP };

// dq/df / ln2 of a vector that has jumps, ref::jump_of, by the rounding that is right at any
// distance. Seldom called, and not inlined: the loop's vectors stay in registers.
template <class D, class V = hn::Vec<D>>
HWY_NOINLINE V slope_with_jumps(D d, V x, V to_grid, V unit, const Grid<hn::TFromD<D>>& grid) {
  const Limits<D> limits(grid);
  const fixed::Format& format = grid.format;
  const V n = RoundAsAsked{format.rounding}(d, x, to_grid, unit);
  const V raw = OverflowAsAsked{format.overflow, format.wrap_bits}(d, n, x, unit, limits);
  const V q = hn::Mul(raw, unit);
  const V low = hn::Mul(hn::Add(limits.low, limits.low), unit);
  const V high = hn::Mul(hn::Add(limits.high, limits.high), unit);
  const V reach = hn::Min(hn::Max(x, low), high);
  const V jump = hn::Mul(hn::Sub(q, reach), hn::Set(d, kPerLn2<hn::TFromD<D>>));
  const auto none = hn::And(hn::Eq(limits.low, hn::Zero(d)), hn::Lt(n, hn::Zero(d)));
  const auto inside = hn::Eq(Saturate()(d, n, x, unit, limits), n);
  return hn::IfThenElse(inside, hn::Sub(x, q), hn::IfThenZeroElse(none, jump));
}

template <class C, class Rounding, Outside kOutside>
struct SlopeOf {
  const Grid<C>& grid;
  Rounding rounding;

  template <class In, class D, class V = hn::Vec<D>>
  HWY_INLINE Gradient<V, hn::Mask<D>> of(D d, const In& in, const Read<V>& read, V dy,
                                         const VectorPoint<V>& point,
                                         const Limits<D>& limits) const {
    const V x = read.value;
    const V n = In::kKind == Source::RELU ? rounding.above(d, x, point.to_grid, point.unit)
                                          : rounding(d, x, point.to_grid, point.unit);
    const V raw = Saturate()(d, n, x, point.unit, limits);
    const auto inside = hn::Eq(raw, n);
    const V slope = slope_at(d, raw, x, inside, point);
    if constexpr (In::kKind == Source::LINED)  // rounds as add_channel_line
      dy = hn::Add(dy, hn::Add(point.offset, hn::Mul(point.scale, hn::Mul(raw, point.unit))));
    const V passed = hn::IfThenElseZero(inside, dy);
    const V to_point = hn::Mul(dy, slope);
    if constexpr (In::kKind == Source::AFFINE) {
      return {hn::Mul(passed, point.scale), inside, {to_point, hn::Mul(passed, read.x), passed}};
    } else if constexpr (In::kKind == Source::PRELU) {
      const auto above = hn::Gt(read.x, hn::Zero(d));
      return {hn::IfThenElse(above, passed, hn::Mul(passed, point.scale)),
              inside,
              {to_point, hn::IfThenZeroElse(above, hn::Mul(passed, read.x)), passed}};
    } else if constexpr (In::kMasks) {
      const auto passes = hn::And(inside, in.passes(d, read.x));
      return {hn::IfThenElseZero(passes, dy), inside, {to_point, passed, passed}};
    } else {
      return {passed, inside, {to_point, passed, passed}};
    }
  }

 private:
  template <class D, class V, class M>
  HWY_INLINE V slope_at(D d, V raw, V x, M inside, const VectorPoint<V>& point) const {
    if constexpr (kOutside == Outside::JUMP)
      if (HWY_UNLIKELY(!hn::AllTrue(d, inside)))
        return slope_with_jumps(d, x, point.to_grid, point.unit, grid);
    // raw * unit is exact: fused or not, this rounds once.
    return hn::NegMulAdd(raw, point.unit, hn::IfThenElseZero(inside, x));
  }
};

// The sum of all lanes, folded in halves.
template <class D, class V = hn::Vec<D>>
HWY_INLINE double fold(D d, V v) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    return static_cast<double>(hn::GetLane(v));
  } else {
    const hn::Half<D> half;
    return fold(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

// The partial sums of a line of lanes or columns: the terms, and the values inside.
template <class D, int kSums>
class Partial {
 public:
  using C = hn::TFromD<D>;

  HWY_INLINE Partial() {
    each([&](auto s, auto k) HWY_ATTR { terms_[s][k] = hn::Zero(D()); });
    unrolled<kVectors<D>>([&](auto k) HWY_ATTR { inside_[k] = hn::Zero(Signed()); });
  }
  // Goes on with the sums of the columns from `column` on.
  HWY_INLINE Partial(ColumnSums<C>& sums, std::int64_t column) : Partial() {
    each([&](auto s, auto k)
             HWY_ATTR { terms_[s][k] = hn::LoadU(D(), sums.partial(s) + column + k * kVector); });
  }

  template <int k, class V, class M>
  HWY_INLINE void add(std::integral_constant<int, k>, const Gradient<V, M>& gradient) {
    unrolled<kSums>([&](auto s)
                        HWY_ATTR { terms_[s][k] = hn::Add(terms_[s][k], gradient.terms[s]); });
    inside_[k] = count_where(D(), inside_[k], gradient.inside);
  }

  // Lanes of one channel.
  HWY_INLINE void add_to(ChannelSums& sums) const {
    sums.point += fold(D(), joined(terms_[0]));
    if constexpr (kSums > 1) sums.scale += fold(D(), joined(terms_[1]));
    if constexpr (kSums > 2) sums.offset += fold(D(), joined(terms_[2]));
    sums.inside += hn::GetLane(hn::SumOfLanes(Signed(), joined(inside_)));
  }
  HWY_INLINE void store(ColumnSums<C>& sums, std::int64_t column) const {
    each([&](auto s, auto k)
             HWY_ATTR { hn::StoreU(terms_[s][k], D(), sums.partial(s) + column + k * kVector); });
    unrolled<kVectors<D>>([&](auto k) HWY_ATTR {
      C* inside = sums.partial(kSums) + column + k * kVector;
      hn::StoreU(hn::Add(hn::LoadU(D(), inside), hn::ConvertTo(D(), inside_[k])), D(), inside);
    });
  }

 private:
  using Signed = hn::RebindToSigned<D>;
  static constexpr std::int64_t kVector = hn::MaxLanes(D());

  template <class Body>
  static HWY_INLINE void each(const Body& body) {
    unrolled<kSums>([&](auto s)
                        HWY_ATTR { unrolled<kVectors<D>>([&](auto k) HWY_ATTR { body(s, k); }); });
  }
  template <class V>
  static HWY_INLINE V joined(const V (&v)[kVectors<D>]) {
    if constexpr (kVectors<D> == 4) {
      return hn::Add(hn::Add(v[0], v[2]), hn::Add(v[1], v[3]));
    } else if constexpr (kVectors<D> == 2) {
      return hn::Add(v[0], v[1]);
    } else {
      static_assert(kVectors<D> == 1);
      return v[0];
    }
  }

  hn::Vec<D> terms_[kSums][kVectors<D>];
  hn::Vec<Signed> inside_[kVectors<D>];
};

// The arrays of a backward pass from some element on.
template <class T, class In>
struct Arrays {
  In in;
  const T* dy;
  T* dx;

  HWY_INLINE Arrays from(std::int64_t i) const { return {in.from(i), dy + i, dx + i}; }
  HWY_INLINE void prefetch() const {
    in.prefetch();
    hwy::Prefetch(dy);
    hwy::Prefetch(dx);
  }
};

// Ragged ends of at most kRows rows, `stride` apart, on padded copies kStride apart.
template <class T, class In, int kRows>
class RaggedLines {
 public:
  static constexpr std::int64_t kStride = Line<T>::kSize;

  RaggedLines(const Arrays<T, In>& arrays, std::int64_t stride, std::int64_t rows,
              std::int64_t count)
      : arrays_(arrays), stride_(stride), rows_(rows), count_(count) {
    for (std::int64_t r = 0; r < rows; ++r) {
      in_.copy(arrays.in, r * stride, r, count);
      dy_[r].copy(arrays.dy + r * stride, count);
    }
  }
  Arrays<T, In> padded() { return {in_.input(), dy_[0].values, dx_[0].values}; }
  void close() const {
    for (std::int64_t r = 0; r < rows_; ++r)
      std::memcpy(arrays_.dx + r * stride_, dx_[r].values,
                  static_cast<std::size_t>(count_) * sizeof(T));
  }

 private:
  Arrays<T, In> arrays_;
  std::int64_t stride_, rows_, count_;
  typename In::template Padded<kRows> in_;
  Line<T> dy_[kRows], dx_[kRows];
};

// One vector: writes dx and returns what it adds.
template <class D, class T, class In, class Slope, class V = hn::Vec<D>>
HWY_INLINE Gradient<V, hn::Mask<D>> slope_vector(D d, const Arrays<T, In>& arrays, std::int64_t i,
                                                 const VectorPoint<V>& point, const Slope& slope,
                                                 const Limits<D>& limits) {
  const auto gradient =
      slope.of(d, arrays.in, arrays.in.read(d, i, point), load_as(d, arrays.dy + i), point, limits);
  store_as(d, gradient.dx, arrays.dx + i);
  return gradient;
}

// The last `count` elements of a block. Beyond them nothing counts as inside, and all terms are
// zero.
template <class D, class T, class C, class In, class Slope, int kSums>
HWY_NOINLINE void slope_ragged(D d, const Arrays<T, In>& arrays, std::int64_t count,
                               const Point<C>& channel, const Slope& slope,
                               Partial<D, kSums>& partial) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  const auto points = vectors_of(d, channel);
  const Limits<D> limits(slope.grid);
  RaggedLines<T, In, 1> line(arrays, 0, 1, count);
  unrolled<kVectors<D>>([&](auto k) HWY_ATTR {
    auto gradient = slope_vector(d, line.padded(), k * kVector, points.at(0), slope, limits);
    const std::int64_t valid = std::clamp<std::int64_t>(count - k * kVector, 0, kVector);
    gradient.inside = hn::And(gradient.inside, hn::FirstN(d, static_cast<std::size_t>(valid)));
    partial.add(k, gradient);
  });
  line.close();
}

// One block of one channel. The arrays come one by one, in registers.
template <class D, class T, class C, class In, class Slope>
HWY_NOINLINE void slope_block(D d, const In in, const T* dy, T* dx, std::int64_t length,
                              const Point<C>& channel, const Slope& slope, ChannelSums& sums) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  const Arrays<T, In> arrays{in, dy, dx};
  const auto points = vectors_of(d, channel);
  const Limits<D> limits(slope.grid);
  const std::int64_t whole = length / kLine<D> * kLine<D>;
  Partial<D, sums_of(In::kKind)> partial;
  for (std::int64_t j = 0; j < whole; j += kLine<D>) {
    unrolled<kVectors<D>>([&](auto k) HWY_ATTR {
      partial.add(k, slope_vector(d, arrays, j + k * kVector, points.at(0), slope, limits));
    });
  }
  if (whole == length) return partial.add_to(sums);
  auto with_rest = partial;  // the loop's own stays in registers
  slope_ragged(d, arrays.from(whole), length - whole, channel, slope, with_rest);
  with_rest.add_to(sums);
}

template <class D, class T, class C, class In, class Slope>
void slope_rows(D d, const BackwardJob<T, C>& job, Arrays<T, In> arrays, const Slope& slope) {
  const Part& part = job.part;
  auto channel = static_cast<std::size_t>(job.walk.channel_of_row(part.first));
  for (std::int64_t r = part.first; r < part.last; ++r) {
    const Point<C>& point = job.points.channels[channel];
    const std::int64_t length = std::min(part.end, job.walk.length) - part.begin;
    for (std::int64_t start = 0; start < length; start += kBlock) {
      const std::int64_t count = std::min(kBlock, length - start);
      slope_block(d, arrays.in, arrays.dy, arrays.dx, count, point, slope, (*job.sums)[channel]);
      arrays = arrays.from(count);
    }
    if (++channel == job.points.channels.size()) channel = 0;
  }
}

// `rows` rows, `stride` apart, of `length` columns, whole lines of them, from `column` on. A line's
// sums stay in registers while they grow down the rows. kTogether: rows are one line, the stride.
template <bool kTogether, class D, class T, class C, class In, class Slope>
HWY_NOINLINE void slope_strips(D d, const In in, const T* dy, T* dx, std::int64_t stride,
                               std::int64_t rows, std::int64_t length, std::int64_t column,
                               const Points<C>& columns, const Slope& slope, ColumnSums<C>& sums) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  const Arrays<T, In> arrays{in, dy, dx};
  const auto points = vectors_of(d, columns);
  const Limits<D> limits(slope.grid);
  Arrays<T, In> ahead = arrays.from(rows * stride);
  for (std::int64_t j = 0; j < length; j += kLine<D>) {
    Partial<D, sums_of(In::kKind)> partial(sums, column + j);
    VectorPoint<hn::Vec<D>> at_column[kVectors<D>];
    unrolled<kVectors<D>>([&](auto k)
                              HWY_ATTR { at_column[k] = points.at(column + j + k * kVector); });
    Arrays<T, In> at = arrays.from(j);
    for (std::int64_t r = 0; r < rows; ++r) {
      unrolled<kVectors<D>>([&](auto k) HWY_ATTR {
        partial.add(k, slope_vector(d, at, k * kVector, at_column[k], slope, limits));
      });
      at = at.from(kTogether ? kLine<D> : stride);
      if constexpr (!kTogether) {  // the processor does not foresee the jumps from row to row
        ahead.prefetch();
        ahead = ahead.from(kLine<D>);
      }
    }
    partial.store(sums, column + j);
  }
}

// The columns beyond the whole lines of `rows` rows, at most kStripRows.
template <class D, class T, class C, class In, class Slope>
void slope_ragged_columns(D d, const Arrays<T, In>& arrays, std::int64_t stride, std::int64_t rows,
                          std::int64_t count, std::int64_t column, const Points<C>& columns,
                          const Slope& slope, ColumnSums<C>& sums) {
  RaggedLines<T, In, kStripRows> lines(arrays, stride, rows, count);
  // Longer rows may have columns beyond: what the padding counts there as inside is taken back. Its
  // other terms are zero.
  C* inside = sums.partial(sums_of(In::kKind)) + column;
  C before[kLine<D>];
  std::copy_n(inside, kLine<D>, before);
  const Arrays<T, In> padded = lines.padded();
  slope_strips<false>(d, padded.in, padded.dy, padded.dx, lines.kStride, rows, kLine<D>, column,
                      columns, slope, sums);
  std::copy(before + count, before + kLine<D>, inside + count);
  lines.close();
}

template <class D, class T, class C, class In, class Slope>
void slope_columns(D d, const BackwardJob<T, C>& job, Arrays<T, In> arrays, const Slope& slope) {
  for_each_strip(job.walk, job.part,
                 [&](std::int64_t r, std::int64_t rows, std::int64_t length) HWY_ATTR {
                   const std::int64_t begin = job.part.begin, whole = length / kLine<D> * kLine<D>;
                   const auto strips = [&](auto together) HWY_ATTR {
                     slope_strips<together>(d, arrays.in, arrays.dy, arrays.dx, length, rows, whole,
                                            begin, job.points, slope, *job.columns);
                   };
                   length == kLine<D> ? strips(std::true_type()) : strips(std::false_type());
                   for (std::int64_t i = 0; whole < length && i < rows; i += kStripRows)
                     slope_ragged_columns(d, arrays.from(i * length + whole), length,
                                          std::min(kStripRows, rows - i), length - whole,
                                          begin + whole, job.points, slope, *job.columns);
                   arrays = arrays.from(rows * length);
                   if ((r + rows) % kFlush == 0) job.columns->flush(begin, begin + length);
                 });
}

template <class T, class C, class In>
HWY_INLINE void run_backward_of(const BackwardJob<T, C>& job, const In& in) {
  using D = hn::ScalableTag<C>;
  const Arrays<T, In> arrays{in, job.dy, job.dx};
  const auto run = [&]<Outside kOutside, Loops kRowLoops, Loops kColumnLoops>() HWY_ATTR {
    const auto slope_by = [&](auto rounding) HWY_ATTR {
      return SlopeOf<C, decltype(rounding), kOutside>{job.grid, rounding};
    };
    if (job.walk.by_columns) {
      with_rounding<kColumnLoops>(job.grid, job.points.coarse, [&](auto rounding) HWY_ATTR {
        slope_columns(D(), job, arrays, slope_by(rounding));
      });
    } else {
      with_rounding<kRowLoops>(job.grid, job.points.coarse, [&](auto rounding) HWY_ATTR {
        slope_rows(D(), job, arrays, slope_by(rounding));
      });
    }
  };
  // A format that jumps most often follows no other operation.
  constexpr bool kPlain = In::kKind == Source::PLAIN;
  if constexpr (In::kKind != Source::LINED) {
    if (jumps_outside(job.grid.format))
      return run.template operator() < Outside::JUMP, kPlain ? Loops::MANY : Loops::ONE,
             kPlain ? Loops::COMMON : Loops::ONE > ();
  }
  run.template
  operator()<Outside::SATURATED, kPlain ? Loops::MANY : Loops::COMMON, Loops::COMMON>();
}

template <class T, class C>
HWY_INLINE void run_backward(const BackwardJob<T, C>& job) {
  if constexpr (std::is_same_v<T, C>) {
    if (job.source == Source::LINED) return run_backward_of(job, Input<T, Source::LINED>(job));
  }
  with_input(job, [&](const auto& in) HWY_ATTR { run_backward_of(job, in); });
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
