// Counting the values inside the range, and which target runs.
#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/count.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/overflow-inl.h"
#include "kernels/simd/round-inl.h"
#include "kernels/simd/stream-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

template <class D, class T, class AnyPoints, class Rounding>
HWY_NOINLINE std::int64_t count_lines(D d, const T* x, std::int64_t length, std::int64_t column,
                                      const AnyPoints& any_points, const Grid<T>& grid,
                                      const Rounding& rounding) {
  using Signed = hn::RebindToSigned<D>;
  constexpr std::int64_t kVector = hn::MaxLanes(D());
  const auto points = vectors_of(d, any_points);
  const Limits<D> limits(grid);
  auto count = hn::Zero(Signed());
  const auto inside = [&](const T* p, std::int64_t j) HWY_ATTR {
    const auto& point = points.at(column + j);
    const auto n = rounding(d, hn::LoadU(d, p), point.to_grid, point.unit);
    return hn::Eq(Saturate()(d, n, n, point.unit, limits), n);
  };
  const auto add = [&](auto mask) HWY_ATTR { count = count_where(d, count, mask); };
  std::int64_t j = 0;
  for (; j + kVector <= length; j += kVector) add(inside(x + j, j));
  if (j < length) {
    Line<T> tail;
    tail.copy(x + j, length - j);
    const auto valid = hn::FirstN(d, static_cast<std::size_t>(length - j));
    add(hn::And(valid, inside(tail.values, j)));
  }
  return hn::GetLane(hn::SumOfLanes(Signed(), count));
}

template <class T>
std::int64_t run_count(const Job<T, T>& job) {
  const hn::ScalableTag<T> d;
  const Walk& walk = job.walk;
  std::int64_t count = 0;
  with_rounding<Loops::MANY>(job.grid, job.points.coarse, [&](auto rounding) HWY_ATTR {
    const auto count_row = [&](const T* x, std::int64_t length, std::int64_t column,
                               const Point<T>& point) HWY_ATTR {
      return walk.by_columns && !job.points.uniform
                 ? count_lines(d, x, length, column, job.points, job.grid, rounding)
                 : count_lines(d, x, length, 0, point, job.grid, rounding);
    };
    // Parts so short that a lane's count fits 32 bits.
    constexpr std::int64_t kPart = std::int64_t{1} << 20;
    walk.for_each_part(
        kPart, [&](const Part& part, std::int64_t offset, std::int64_t size) HWY_ATTR {
          const T* x = job.x + offset;
          if (job.points.uniform) {
            count += count_row(x, size, 0, job.points.channels[0]);
            return;
          }
          for (std::int64_t r = part.first; r < part.last; ++r) {
            const std::int64_t length = std::min(part.end, walk.row_end(r)) - part.begin;
            const auto channel = static_cast<std::size_t>(walk.channel_of_row(r));
            count += count_row(x, length, part.begin, job.points.channels[channel]);
            x += length;
          }
        });
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

bool target_has_vectors() {
  return QFX_HAS_VECTORS;
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

HWY_EXPORT(target_has_vectors);

bool has_vectors() {
  return HWY_DYNAMIC_DISPATCH(target_has_vectors)();
}

}  // namespace simd

const char* active_target() {
  return simd::dispatched_target();
}

}  // namespace qfx::kernels
#endif
