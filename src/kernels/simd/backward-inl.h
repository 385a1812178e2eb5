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
#include "kernels/simd/quantize-inl.h"
#include "kernels/simd/stream-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

// What one vector adds to the sums.
template <class V, class M>
struct Gradient {
  V dx;
  M inside;
  V terms[3];  // point; and for AFFINE scale, offset
};

template <class In>
inline constexpr int kTerms = In::kKind == Source::AFFINE ? 3 : 1;

template <class C, class Rounding>
struct Slope {
  const Grid<C>& grid;
  Rounding rounding;

  template <class In, class D, class V = hn::Vec<D>>
  HWY_INLINE Gradient<V, hn::Mask<D>> of(D d, const Read<V>& read, V dy,
                                         const VectorPoint<V>& point,
                                         const Limits<D>& limits) const {
    const V x = read.value;
    const V n = rounding(d, Scaled<V>{x, hn::Mul(x, point.to_grid), point.unit});
    const V raw = Saturate()(d, n, x, limits);
    const auto inside = hn::Eq(raw, n);
    // raw * unit is exact: fused or not, this rounds once.
    const V slope = hn::NegMulAdd(raw, point.unit, hn::IfThenElseZero(inside, x));
    const V passed = hn::IfThenElseZero(inside, dy);
    const V to_point = hn::Mul(dy, slope);
    if constexpr (In::kKind == Source::AFFINE) {
      return {hn::Mul(passed, point.scale), inside, {to_point, hn::Mul(passed, read.x), passed}};
    } else if constexpr (In::kKind == Source::RELU) {
      return {hn::IfThenElseZero(hn::Gt(read.x, hn::Zero(d)), passed),
              inside,
              {to_point, passed, passed}};
    } else {
      return {passed, inside, {to_point, passed, passed}};
    }
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

// The partial sums of a block: for each term a line of lanes, and the values inside.
template <class D, int kSums>
class Partial {
 public:
  HWY_INLINE Partial() {
    for (auto& line : lines_)
      for (auto& v : line) v = hn::Zero(D());
    for (auto& v : inside_) v = hn::Zero(Signed());
  }

  template <class V, class M>
  HWY_INLINE void add(int k, const Gradient<V, M>& gradient) {
    for (int s = 0; s < kSums; ++s) lines_[s][k] = hn::Add(lines_[s][k], gradient.terms[s]);
    // A true lane is -1.
    inside_[k] = hn::Sub(inside_[k], hn::BitCast(Signed(), hn::VecFromMask(D(), gradient.inside)));
  }

  HWY_INLINE double sum(int s) const { return fold(D(), joined(lines_[s])); }
  HWY_INLINE std::int64_t inside() const {
    return hn::GetLane(hn::SumOfLanes(Signed(), joined(inside_)));
  }

 private:
  using Signed = hn::RebindToSigned<D>;

  template <class V>
  static HWY_INLINE V joined(const V (&v)[kVectors<D>]) {
    if constexpr (kVectors<D> == 4) {
      return hn::Add(hn::Add(v[0], v[2]), hn::Add(v[1], v[3]));
    } else {
      static_assert(kVectors<D> == 2);
      return hn::Add(v[0], v[1]);
    }
  }

  hn::Vec<D> lines_[kSums][kVectors<D>];
  hn::Vec<Signed> inside_[kVectors<D>];
};

// The arrays of a backward pass from some element on.
template <class T, class In>
struct Arrays {
  In in;
  const T* dy;
  T* dx;

  HWY_INLINE Arrays from(std::int64_t i) const { return {in.from(i), dy + i, dx + i}; }
};

// A row's ragged last line, on padded copies.
template <class T, class In>
class RaggedLine {
 public:
  Arrays<T, In> open(const Arrays<T, In>& arrays, std::int64_t count) {
    return {in_.of(arrays.in, count), dy_.copy(arrays.dy, count), dx_.values};
  }
  void close(const Arrays<T, In>& arrays, std::int64_t count) const {
    std::memcpy(arrays.dx, dx_.values, static_cast<std::size_t>(count) * sizeof(T));
  }

 private:
  typename In::Padded in_;
  Line<T> dy_, dx_;
};

// Writes dx of `length` elements line by line and gives each vector's gradient to add(column, k,
// gradient), k counting the vectors of a line. Beyond the end nothing counts as inside and all
// terms are zero.
template <class D, class T, class In, class AnyPoints, class Slope, class Add>
HWY_INLINE void slope_lines(D d, const Arrays<T, In>& arrays, std::int64_t length,
                            const AnyPoints& any_points, const Slope& slope, const Add& add) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  constexpr std::int64_t kLine = kVector * kVectors<D>;
  const auto points = vectors_of(d, any_points);
  const Limits<D> limits(slope.grid);
  const std::int64_t whole = length / kLine * kLine;
  RaggedLine<T, In> ragged_line;
  Arrays<T, In> at = arrays;
  std::int64_t column = 0;
  std::int64_t span = whole;
  // Two rounds of one loop: the whole lines, then the ragged one.
  HWY_UNROLL(1)
  for (const bool ragged : {false, true}) {
    if (ragged) {
      if (whole == length) break;
      at = ragged_line.open(arrays.from(whole), length - whole);
      column = whole;
      span = kLine;
    }
    for (std::int64_t j = 0; j < span; j += kLine) {
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors<D>; ++k) {
        const std::int64_t i = j + k * kVector;
        const auto& point = points.at(column + i);
        auto gradient =
            slope.template of<In>(d, at.in.read(d, i, point), load_as(d, at.dy + i), point, limits);
        store_as(d, gradient.dx, at.dx + i);
        if (HWY_UNLIKELY(ragged)) {
          const std::int64_t valid = std::clamp<std::int64_t>(length - whole - i, 0, kVector);
          gradient.inside =
              hn::And(gradient.inside, hn::FirstN(d, static_cast<std::size_t>(valid)));
        }
        add(column + i, k, gradient);
      }
    }
  }
  if (whole < length) ragged_line.close(arrays.from(whole), length - whole);
}

// One block of one channel.
template <class D, class T, class C, class In, class Rounding>
HWY_NOINLINE void slope_block(D d, const Arrays<T, In>& arrays, std::int64_t length,
                              const Point<C>& point, const Slope<C, Rounding>& slope,
                              ChannelSums& sums) {
  constexpr int kSums = kTerms<In>;
  Partial<D, kSums> partial;
  slope_lines(d, arrays, length, point, slope,
              [&](std::int64_t, int k, const auto& gradient)
                  HWY_ATTR { partial.add(k, gradient); });
  sums.point += partial.sum(0);
  if constexpr (kSums == 3) {
    sums.scale += partial.sum(1);
    sums.offset += partial.sum(2);
  }
  sums.inside += partial.inside();
}

template <class D, class T, class C, class In, class Rounding>
void slope_rows(D d, const BackwardJob<T, C>& job, const In& in, const Slope<C, Rounding>& slope) {
  const Walk& walk = job.walk;
  const Arrays<T, In> arrays{in, job.dy, job.dx};
  std::size_t channel = 0;
  for (std::int64_t r = 0; r < walk.rows; ++r) {
    const Point<C>& point = job.points.channels[channel];
    for (std::int64_t start = 0; start < walk.length; start += kBlock)
      slope_block(d, arrays.from(r * walk.length + start), std::min(kBlock, walk.length - start),
                  point, slope, (*job.sums)[channel]);
    if (++channel == job.points.channels.size()) channel = 0;
  }
}

// Running sums of every column: the terms, then the values inside, as whole lines.
template <class C, int kSums>
class ColumnSums {
 public:
  explicit ColumnSums(std::int64_t columns)
      : size_(static_cast<std::size_t>((columns + kLanes<C> - 1) / kLanes<C> * kLanes<C>)),
        partial_(size_ * (kSums + 1)),
        totals_(size_ * (kSums + 1)) {}

  // The partial sums of term s; s = kSums is the values inside.
  C* partial(int s) { return partial_.data() + static_cast<std::size_t>(s) * size_; }
  double total(int s, std::size_t column) const {
    return totals_[static_cast<std::size_t>(s) * size_ + column];
  }

  void flush() {
    for (std::size_t i = 0; i < partial_.size(); ++i) {
      totals_[i] += static_cast<double>(partial_[i]);
      partial_[i] = 0;
    }
  }

 private:
  std::size_t size_;
  std::vector<C> partial_;
  std::vector<double> totals_;
};

// One row of columns.
template <class D, class T, class C, class In, class Rounding, int kSums>
HWY_NOINLINE void slope_columns_row(D d, const Arrays<T, In>& arrays, std::int64_t length,
                                    const Points<C>& points, const Slope<C, Rounding>& slope,
                                    ColumnSums<C, kSums>& sums) {
  C* partial[kSums + 1];
  for (int s = 0; s <= kSums; ++s) partial[s] = sums.partial(s);
  slope_lines(d, arrays, length, points, slope,
              [&](std::int64_t column, int, const auto& gradient) HWY_ATTR {
                for (int s = 0; s < kSums; ++s) {
                  C* p = partial[s] + column;
                  hn::StoreU(hn::Add(hn::LoadU(d, p), gradient.terms[s]), d, p);
                }
                C* p = partial[kSums] + column;
                hn::StoreU(add_one(d, hn::LoadU(d, p), gradient.inside), d, p);
              });
}

template <class D, class T, class C, class In, class Rounding>
void slope_columns(D d, const BackwardJob<T, C>& job, const In& in,
                   const Slope<C, Rounding>& slope) {
  constexpr int kSums = kTerms<In>;
  const Walk& walk = job.walk;
  const Arrays<T, In> arrays{in, job.dy, job.dx};
  ColumnSums<C, kSums> sums(walk.length);
  for (std::int64_t r = 0; r <= walk.rows; ++r) {
    slope_columns_row(d, arrays.from(r * walk.length), r < walk.rows ? walk.length : walk.rest,
                      job.points, slope, sums);
    if ((r + 1) % kFlush == 0) sums.flush();
  }
  sums.flush();
  for (std::int64_t j = 0; j < walk.length; ++j) {
    const auto column = static_cast<std::size_t>(j);
    ChannelSums& channel = (*job.sums)[static_cast<std::size_t>(walk.channel_of_column(j))];
    channel.point += sums.total(0, column);
    if constexpr (kSums == 3) {
      channel.scale += sums.total(1, column);
      channel.offset += sums.total(2, column);
    }
    channel.inside += static_cast<std::int64_t>(sums.total(kSums, column));
  }
}

template <class T, class C>
HWY_INLINE void run_backward(const BackwardJob<T, C>& job) {
  using D = hn::ScalableTag<C>;
  with_input(job, [&](const auto& in) HWY_ATTR {
    with_rounding(job.grid.format.rounding, [&](auto rounding) HWY_ATTR {
      const Slope<C, decltype(rounding)> slope{job.grid, rounding};
      if (job.walk.by_columns)
        slope_columns(D(), job, in, slope);
      else
        slope_rows(D(), job, in, slope);
    });
  });
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
