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
#include <limits>
#include <type_traits>

#include "kernels/conv/pixel_product.h"
#include "kernels/saturate-inl.h"

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

template <class D, class Narrow>
HWY_INLINE void store(D d, hn::Vec<D> sum, SumShifts shifts, std::int64_t count, Narrow* y) {
  const hn::Rebind<Narrow, D> narrow;
  const auto shifted = (sum + hn::LoadU(d, shifts.start)) >> hn::LoadU(d, shifts.shift);
  const auto values = saturated<Narrow>(d, shifted);
  if (count >= static_cast<std::int64_t>(hn::MaxLanes(d))) return hn::StoreU(values, narrow, y);
  HWY_ALIGN Narrow lanes[hn::MaxLanes(d)];
  hn::Store(values, narrow, lanes);
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
HWY_INLINE SumShifts from(SumShifts shifts, std::int64_t j) {
  return {shifts.start + j, shifts.shift + j};
}

#else

// One sum, of channel `j`.
template <class Y, class Scale>
Y finished(std::int64_t sum, Scale scales, std::int64_t j) {
  if constexpr (std::is_same_v<Scale, SumShifts>) {
    const std::int64_t shifted = (sum + scales.start[j]) >> scales.shift[j];
    return static_cast<Y>(std::clamp<std::int64_t>(shifted, std::numeric_limits<Y>::min(),
                                                   std::numeric_limits<Y>::max()));
  } else if constexpr (std::is_floating_point_v<Y>) {
    return static_cast<Y>(sum) * scales[j];
  } else {
    return static_cast<Y>(sum);
  }
}

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace qfx::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
