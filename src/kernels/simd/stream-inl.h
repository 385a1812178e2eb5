// Where vectors come from and go to: conversion to the compute type, sources of values, channel
// points.
#if defined(QFX_KERNELS_STREAM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_STREAM_INL_H
#undef QFX_KERNELS_STREAM_INL_H
#else
#define QFX_KERNELS_STREAM_INL_H
#endif

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "kernels/simd/jobs.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

// Vectors of a line of 64 bytes of the compute type, the unit of every loop here.
template <class D>
inline constexpr int kVectors = static_cast<int>(64 / sizeof(hn::TFromD<D>) / hn::MaxLanes(D()));

template <class D>
inline constexpr std::int64_t kLine = hn::MaxLanes(D()) * kVectors<D>;

// body(0), body(1), ... as compile-time constants: arrays of vectors stay in registers.
template <int kCount, class Body>
HWY_INLINE void unrolled(const Body& body) {
  if constexpr (kCount > 0) {
    unrolled<kCount - 1>(body);
    body(std::integral_constant<int, kCount - 1>());
  }
}

// Between memory and vectors of the compute type; integers stand for their own value.
template <class D, class T, class V = hn::Vec<D>>
HWY_INLINE V load_as(D d, const T* p) {
  using C = hn::TFromD<D>;
  const hn::Rebind<T, D> as_stored;
  if constexpr (std::is_same_v<T, C>) {
    return hn::LoadU(d, p);
  } else if constexpr (sizeof(T) == sizeof(C)) {
    return hn::ConvertTo(d, hn::LoadU(as_stored, p));
  } else {
    return hn::PromoteTo(d, hn::LoadU(as_stored, p));
  }
}

template <class D, class T>
HWY_INLINE void store_as(D d, hn::Vec<D> v, T* p) {
  using C = hn::TFromD<D>;
  const hn::Rebind<T, D> as_stored;
  if constexpr (std::is_same_v<T, C>) {
    hn::StoreU(v, d, p);
  } else if constexpr (sizeof(T) == sizeof(C)) {
    hn::StoreU(hn::ConvertTo(as_stored, v), as_stored, p);
  } else {
    hn::StoreU(hn::DemoteTo(as_stored, v), as_stored, p);
  }
}

// The channel's numbers for one vector.
template <class V>
struct VectorPoint {
  V to_grid, unit, scale, offset;
};

// One channel for the whole row.
template <class D>
class RowPoint {
 public:
  RowPoint(D, const Point<hn::TFromD<D>>& p)
      : point_{hn::Set(D(), p.to_grid), hn::Set(D(), p.unit), hn::Set(D(), p.scale),
               hn::Set(D(), p.offset)} {}
  // By reference: GCC copies an aggregate of vectors through memory.
  HWY_INLINE const VectorPoint<hn::Vec<D>>& at(std::int64_t) const { return point_; }

 private:
  VectorPoint<hn::Vec<D>> point_;
};

// A channel for every column.
template <class D>
class ColumnPoints {
 public:
  ColumnPoints(D, const Points<hn::TFromD<D>>& points)
      : to_grid_(points.to_grid.data()),
        unit_(points.unit.data()),
        scale_(points.scale.empty() ? unit_ : points.scale.data()),
        offset_(points.offset.empty() ? unit_ : points.offset.data()) {}
  HWY_INLINE VectorPoint<hn::Vec<D>> at(std::int64_t column) const {
    const D d;
    return {hn::LoadU(d, to_grid_ + column), hn::LoadU(d, unit_ + column),
            hn::LoadU(d, scale_ + column), hn::LoadU(d, offset_ + column)};
  }

 private:
  const hn::TFromD<D>*to_grid_, *unit_, *scale_, *offset_;
};

// Made anew in every loop's function: what comes by reference GCC reads from memory in each round.
template <class D, class C>
HWY_INLINE RowPoint<D> vectors_of(D d, const Point<C>& point) {
  return RowPoint<D>(d, point);
}
template <class D, class C>
HWY_INLINE ColumnPoints<D> vectors_of(D d, const Points<C>& points) {
  return ColumnPoints<D>(d, points);
}

// As many elements as a line has of the compute type at most, zeros beyond the `count` copied.
template <class T>
struct alignas(64) Line {
  static constexpr std::int64_t kSize = 64 / sizeof(float);
  void copy(const T* p, std::int64_t count) {
    std::memset(values, 0, sizeof(values));
    std::memcpy(values, p, static_cast<std::size_t>(count) * sizeof(T));
  }
  T values[kSize];
};

// What a source gives: the value to be cast, and x for the gradients that need it.
template <class V>
struct Read {
  V value;
  V x;
};

// What a source has beside its arrays: nothing, but for CLIP. Two pointers alone travel in
// registers.
template <class T, Source kSource>
struct Constants {
  explicit Constants(const Bounds<T>&) {}
};
template <class T>
struct Constants<T, Source::CLIP> : Bounds<T> {
  explicit Constants(const Bounds<T>& bounds) : Bounds<T>(bounds) {}
};

// The arrays a source reads.
template <class T, Source kSource>
class Input {
 public:
  static constexpr Source kKind = kSource;
  static constexpr bool kMasks = kSource == Source::RELU || kSource == Source::CLIP;
  static constexpr bool kTwo = kSource == Source::SUM || kSource == Source::PRODUCT;

  template <class Job>
  explicit Input(const Job& job) : x_(job.x), b_(job.b), constants_(job.bounds) {}

  template <class D, class V = hn::Vec<D>>
  HWY_INLINE Read<V> read(D d, std::int64_t i, const VectorPoint<V>& point) const {
    const V x = load_as(d, x_ + i);
    if constexpr (kSource == Source::PLAIN || kSource == Source::LINED) {
      return {x, x};
    } else if constexpr (kSource == Source::RELU) {
      return {hn::Max(hn::Zero(d), x), x};  // the second operand where it is NaN
    } else if constexpr (kSource == Source::CLIP) {
      const V low = hn::Set(d, constants_.min), high = hn::Set(d, constants_.max);
      return {hn::Max(low, hn::Min(high, x)), x};  // as above
    } else if constexpr (kSource == Source::SUM) {
      return {hn::Add(x, load_as(d, b_ + i)), x};
    } else if constexpr (kSource == Source::PRODUCT) {
      return {hn::Mul(x, load_as(d, b_ + i)), x};
    } else if constexpr (kSource == Source::AFFINE) {
      return {hn::Add(hn::Mul(point.scale, x), point.offset), x};
    } else {
      static_assert(kSource == Source::PRELU);
      return {hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(point.scale, x)), x};
    }
  }

  // Where a source that masks lets a gradient through.
  template <class D, class V = hn::Vec<D>>
  HWY_INLINE hn::Mask<D> passes(D d, V x) const {
    if constexpr (kSource == Source::CLIP) {
      return hn::And(hn::Gt(x, hn::Set(d, constants_.min)), hn::Lt(x, hn::Set(d, constants_.max)));
    } else {
      static_assert(kSource == Source::RELU);
      return hn::Gt(x, hn::Zero(d));
    }
  }

  HWY_INLINE void prefetch() const {
    hwy::Prefetch(x_);
    if constexpr (kTwo) hwy::Prefetch(b_);
  }

  // The same source, its elements counted from i.
  HWY_INLINE Input from(std::int64_t i) const {
    return Input(x_ + i, kTwo ? b_ + i : nullptr, constants_);
  }

  // The same source on padded copies of `count` elements from i on, in line `row` of kRows lines.
  template <int kRows>
  class Padded {
   public:
    void copy(const Input& input, std::int64_t i, std::int64_t row, std::int64_t count) {
      constants_ = input.constants_;
      x_[row].copy(input.x_ + i, count);
      if constexpr (kTwo) b_[row].copy(input.b_ + i, count);
    }
    Input input() const { return Input(x_[0].values, b_[0].values, constants_); }

   private:
    Line<T> x_[kRows], b_[kRows];
    Constants<T, kSource> constants_{Bounds<T>{}};
  };

 private:
  Input(const T* x, const T* b, const Constants<T, kSource>& constants)
      : x_(x), b_(b), constants_(constants) {}
  const T* x_;
  const T* b_;
  [[no_unique_address]] Constants<T, kSource> constants_;
};

// Strips. Columns are done line by line down some rows, so that what belongs to a column stays in
// registers. Rows of one line are in memory order anyway; of longer ones few are done together, to
// stay in the first-level cache.
inline constexpr std::int64_t kStripRows = 8;

// body(first row, rows, columns) for groups of rows of a part; no group crosses a flush.
template <class Body>
HWY_INLINE void for_each_strip(const Walk& walk, const Part& part, const Body& body) {
  static_assert(kFlush % kStripRows == 0);
  const std::int64_t most = walk.length <= kLanes<float> ? kFlush : kStripRows;
  for (std::int64_t r = part.first; r < part.last;) {
    const std::int64_t last = r < walk.rows ? std::min(part.last, walk.rows) : part.last;
    const std::int64_t rows = std::min(last - r, most - r % most);
    body(r, rows, std::min(part.end, walk.row_end(r)) - part.begin);
    r += rows;
  }
}

// Calls body(input) with the job's source as a type.
template <class T, class C, class Body>
HWY_INLINE void with_input(const Job<T, C>& job, const Body& body) {
  if constexpr (std::is_same_v<T, C>) {
    switch (job.source) {
      case Source::PLAIN:
        return body(Input<T, Source::PLAIN>(job));
      case Source::RELU:
        return body(Input<T, Source::RELU>(job));
      case Source::CLIP:
        return body(Input<T, Source::CLIP>(job));
      case Source::SUM:
        return body(Input<T, Source::SUM>(job));
      case Source::PRODUCT:
        return body(Input<T, Source::PRODUCT>(job));
      case Source::AFFINE:
      case Source::PRELU:
      case Source::LINED:  // run_backward's own
        break;
    }
  }
  if (job.source == Source::AFFINE) return body(Input<T, Source::AFFINE>(job));
  body(Input<T, Source::PRELU>(job));
}

#endif  // QFX_HAS_VECTORS

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
