// K-hot projection of a row by table.
#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/khot.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/jobs.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

// Raw values of 16 bits fit floats and 32-bit integers alike. Elements done: whole vectors, up to
// the first one with a value that is no element of the table or NaN.
template <class T>
HWY_INLINE std::int64_t look_up(T* values, std::int64_t count, const KhotTable<T>& table) {
  const hn::ScalableTag<T> d;
  const hn::Rebind<std::int32_t, decltype(d)> di;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto to_grid = hn::Set(d, table.to_grid), unit = hn::Set(d, table.unit);
  const auto lowest = hn::Set(d, static_cast<T>(table.lowest));
  const auto highest = hn::Set(d, static_cast<T>(table.lowest + table.size - 1));
  const auto first = hn::Set(di, static_cast<std::int32_t>(table.lowest));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto raw = hn::Mul(hn::LoadU(d, values + i), to_grid);
    const auto inside = hn::And(hn::Ge(raw, lowest), hn::Le(raw, highest));
    if (HWY_UNLIKELY(!hn::AllTrue(d, inside))) break;
    if constexpr (sizeof(T) == sizeof(std::int32_t)) {
      const auto index = hn::Sub(hn::ConvertTo(di, raw), first);
      const auto found = hn::GatherIndex(di, table.projections, index);
      hn::StoreU(hn::Mul(hn::ConvertTo(d, found), unit), d, values + i);
    } else {
      const auto index = hn::Sub(hn::DemoteTo(di, raw), first);
      const auto found = hn::GatherIndex(di, table.projections, index);
      hn::StoreU(hn::Mul(hn::PromoteTo(d, found), unit), d, values + i);
    }
  }
  return i;
}

#endif  // QFX_HAS_VECTORS

std::int64_t look_up_float([[maybe_unused]] float* values, [[maybe_unused]] std::int64_t count,
                           [[maybe_unused]] const KhotTable<float>& table) {
#if QFX_HAS_VECTORS
  return look_up(values, count, table);
#else
  return 0;
#endif
}
std::int64_t look_up_double([[maybe_unused]] double* values, [[maybe_unused]] std::int64_t count,
                            [[maybe_unused]] const KhotTable<double>& table) {
#if QFX_HAS_VECTORS
  return look_up(values, count, table);
#else
  return 0;
#endif
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels::simd {

HWY_EXPORT(look_up_float);
HWY_EXPORT(look_up_double);

std::int64_t look_up_khot(float* values, std::int64_t count, const KhotTable<float>& table) {
  return HWY_DYNAMIC_DISPATCH(look_up_float)(values, count, table);
}
std::int64_t look_up_khot(double* values, std::int64_t count, const KhotTable<double>& table) {
  return HWY_DYNAMIC_DISPATCH(look_up_double)(values, count, table);
}

}  // namespace qfx::kernels::simd
#endif
