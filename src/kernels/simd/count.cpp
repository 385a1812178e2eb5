// Counting the values inside the range, and which target runs.
#include "kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/count.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/quantize-inl.h"
#include "kernels/simd/stream-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

template <class D, class T, class Points, class Rounding>
HWY_INLINE std::int64_t count_row(D d, const T* x, std::int64_t length, const Points& points,
                                  const Limits<D>& limits, const Rounding& rounding) {
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  const auto inside = [&](const T* p, std::int64_t j) HWY_ATTR {
    const auto v = hn::LoadU(d, p);
    const auto& point = points.at(j);
    const auto n = rounding(d, Scaled<hn::Vec<D>>{v, hn::Mul(v, point.to_grid), point.unit});
    return hn::And(hn::Ge(n, limits.low), hn::Le(n, limits.high));
  };
  std::size_t count = 0;
  std::int64_t j = 0;
  for (; j + kVector <= length; j += kVector) count += hn::CountTrue(d, inside(x + j, j));
  if (j < length) {
    Line<T> tail;
    tail.copy(x + j, length - j);
    const auto valid = hn::FirstN(d, static_cast<std::size_t>(length - j));
    count += hn::CountTrue(d, hn::And(valid, inside(tail.values, j)));
  }
  return static_cast<std::int64_t>(count);
}

template <class T>
std::int64_t run_count(const Job<T, T>& job) {
  using D = hn::ScalableTag<T>;
  const D d;
  const Limits<D> limits(job.grid);
  const Walk& walk = job.walk;
  std::int64_t count = 0;
  with_rounding(job.grid.format.rounding, [&](auto rounding) HWY_ATTR {
    for (std::int64_t r = 0; r < walk.rows; ++r) {
      const T* x = job.x + r * walk.length;
      if (walk.by_columns) {
        count += count_row(d, x, walk.length, ColumnPoints<D>(d, job.points), limits, rounding);
      } else {
        const auto channel = static_cast<std::size_t>(walk.channel_of_row(r));
        count += count_row(d, x, walk.length, RowPoint<D>(d, job.points.channels[channel]), limits,
                           rounding);
      }
    }
    if (walk.rest > 0) {
      count += count_row(d, job.x + walk.rows * walk.length, walk.rest,
                         ColumnPoints<D>(d, job.points), limits, rounding);
    }
  });
  return count;
}

#endif  // QFX_HAS_VECTORS

bool count_float([[maybe_unused]] const Job<float, float>& job,
                 [[maybe_unused]] std::int64_t* inside) {
#if QFX_HAS_VECTORS
  *inside = run_count(job);
#endif
  return QFX_HAS_VECTORS;
}

bool count_double([[maybe_unused]] const Job<double, double>& job,
                  [[maybe_unused]] std::int64_t* inside) {
#if QFX_HAS_VECTORS
  *inside = run_count(job);
#endif
  return QFX_HAS_VECTORS;
}

const char* name_of_target() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
namespace simd {

HWY_EXPORT(count_float);

bool count_inside(const Job<float, float>& job, std::int64_t* inside) {
  return HWY_DYNAMIC_DISPATCH(count_float)(job, inside);
}

HWY_EXPORT(count_double);

bool count_inside(const Job<double, double>& job, std::int64_t* inside) {
  return HWY_DYNAMIC_DISPATCH(count_double)(job, inside);
}

HWY_EXPORT(name_of_target);

const char* dispatched_target() {
  return HWY_DYNAMIC_DISPATCH(name_of_target)();
}

}  // namespace simd

const char* active_target() {
  return simd::dispatched_target();
}

}  // namespace qfx::kernels
#endif
