// Vectors of 32-bit sums on their way out: as they are, or times a power of two as floating point.
#if defined(QFX_KERNELS_SUMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_SUMS_INL_H
#undef QFX_KERNELS_SUMS_INL_H
#else
#define QFX_KERNELS_SUMS_INL_H
#endif

#include <algorithm>
#include <cstdint>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

// The first `count` sums of a vector of D, an int32_t tag.
template <class D>
HWY_INLINE void store(D, hn::Vec<D> sum, const float* scales, std::int64_t count, float* y) {
  const hn::RebindToFloat<D> d;
  const auto value = hn::Mul(hn::ConvertTo(d, sum), hn::LoadU(d, scales));
  if (count >= static_cast<std::int64_t>(hn::MaxLanes(d))) return hn::StoreU(value, d, y);
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(value, d, lanes);
  std::copy_n(lanes, count, y);
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> sum, const double* scales, std::int64_t count, double* y) {
  HWY_ALIGN std::int32_t lanes[hn::MaxLanes(d)];
  hn::Store(sum, d, lanes);
  count = std::min(count, static_cast<std::int64_t>(hn::MaxLanes(d)));
  for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<double>(lanes[i]) * scales[i];
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> sum, const void*, std::int64_t count, std::int32_t* y) {
  if (count >= static_cast<std::int64_t>(hn::MaxLanes(d))) return hn::StoreU(sum, d, y);
  HWY_ALIGN std::int32_t lanes[hn::MaxLanes(d)];
  hn::Store(sum, d, lanes);
  std::copy_n(lanes, count, y);
}

// From channel `j` on.
template <class Scale>
HWY_INLINE const Scale* from(const Scale* scales, std::int64_t j) {
  return scales + j;
}
HWY_INLINE const void* from(const void*, std::int64_t) {
  return nullptr;
}

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace qfx::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
