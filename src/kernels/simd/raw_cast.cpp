// Values to raw integers and back.
#include <limits>

#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/raw_cast.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/forward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

#if QFX_HAS_VECTORS

template <class T>
HWY_NOINLINE bool all_finite(const T* x, std::int64_t count) {
  const hn::ScalableTag<T> d;
  constexpr std::int64_t kVector = hn::MaxLanes(d);
  const auto largest = hn::Set(d, std::numeric_limits<T>::max());
  const auto finite = [&](const T* p)
                          HWY_ATTR { return hn::Le(hn::Abs(hn::LoadU(d, p)), largest); };
  auto all = hn::Eq(largest, largest);
  std::int64_t i = 0;
  for (; i + kVector <= count; i += kVector) all = hn::And(all, finite(x + i));
  if (i < count) {
    Line<T> rest;
    rest.copy(x + i, count - i);
    all = hn::And(all, finite(rest.values));
  }
  return hn::AllTrue(d, all);
}

// A "cast" that multiplies by the unit alone.
template <class C>
struct Scale {
  static constexpr bool kNear = false;
  const Grid<C>& grid;

  template <class D, class V>
  HWY_INLINE V to_integer(D, V raw, const VectorPoint<V>&) const {
    return raw;
  }
  template <class Out, class D, class V>
  HWY_INLINE V finish(D, V raw, V, const VectorPoint<V>& point, const Limits<D>&) const {
    return hn::Mul(raw, point.unit);
  }
};

#endif  // QFX_HAS_VECTORS

template <class T, class C, class Raw>
bool run_to_raw([[maybe_unused]] const ForwardJob<T, C, Raw>& job, [[maybe_unused]] bool* done) {
#if QFX_HAS_VECTORS
  *done = all_finite(job.x, job.walk.size(job.part));
  if (!*done) return true;
  cast_all<Loops::COMMON>(hn::ScalableTag<C>(), job, Input<T, Source::PLAIN>(job));
#endif
  return QFX_HAS_VECTORS;
}

template <class Raw, class C>
bool run_from_raw([[maybe_unused]] const ForwardJob<Raw, C, C>& job) {
#if QFX_HAS_VECTORS
  const hn::ScalableTag<C> d;
  const Input<Raw, Source::PLAIN> in(job);
  if (has_columns(job))
    cast_columns(d, job, in, Scale<C>{job.grid});
  else
    cast_rows(d, job, in, Scale<C>{job.grid});
#endif
  return QFX_HAS_VECTORS;
}

bool float_to_int32(const ForwardJob<float, float, std::int32_t>& job, bool* done) {
  return run_to_raw(job, done);
}
bool float_by_double_to_int32(const ForwardJob<float, double, std::int32_t>& job, bool* done) {
  return run_to_raw(job, done);
}
bool float_to_int64(const ForwardJob<float, double, std::int64_t>& job, bool* done) {
  return run_to_raw(job, done);
}
bool double_to_int32(const ForwardJob<double, double, std::int32_t>& job, bool* done) {
  return run_to_raw(job, done);
}
bool double_to_int64(const ForwardJob<double, double, std::int64_t>& job, bool* done) {
  return run_to_raw(job, done);
}
bool int32_to_float(const ForwardJob<std::int32_t, float, float>& job) {
  return run_from_raw(job);
}
bool int32_to_double(const ForwardJob<std::int32_t, double, double>& job) {
  return run_from_raw(job);
}
bool int64_to_double(const ForwardJob<std::int64_t, double, double>& job) {
  return run_from_raw(job);
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels::simd {

HWY_EXPORT(float_to_int32);
bool to_raw(const ForwardJob<float, float, std::int32_t>& job, bool* done) {
  return HWY_DYNAMIC_DISPATCH(float_to_int32)(job, done);
}

HWY_EXPORT(float_by_double_to_int32);
bool to_raw(const ForwardJob<float, double, std::int32_t>& job, bool* done) {
  return HWY_DYNAMIC_DISPATCH(float_by_double_to_int32)(job, done);
}

HWY_EXPORT(float_to_int64);
bool to_raw(const ForwardJob<float, double, std::int64_t>& job, bool* done) {
  return HWY_DYNAMIC_DISPATCH(float_to_int64)(job, done);
}

HWY_EXPORT(double_to_int32);
bool to_raw(const ForwardJob<double, double, std::int32_t>& job, bool* done) {
  return HWY_DYNAMIC_DISPATCH(double_to_int32)(job, done);
}

HWY_EXPORT(double_to_int64);
bool to_raw(const ForwardJob<double, double, std::int64_t>& job, bool* done) {
  return HWY_DYNAMIC_DISPATCH(double_to_int64)(job, done);
}

HWY_EXPORT(int32_to_float);
bool from_raw(const ForwardJob<std::int32_t, float, float>& job) {
  return HWY_DYNAMIC_DISPATCH(int32_to_float)(job);
}

HWY_EXPORT(int32_to_double);
bool from_raw(const ForwardJob<std::int32_t, double, double>& job) {
  return HWY_DYNAMIC_DISPATCH(int32_to_double)(job);
}

HWY_EXPORT(int64_to_double);
bool from_raw(const ForwardJob<std::int64_t, double, double>& job) {
  return HWY_DYNAMIC_DISPATCH(int64_to_double)(job);
}

}  // namespace qfx::kernels::simd
#endif
