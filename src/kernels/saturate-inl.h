// The narrower type's nearest value of each lane.
#if defined(QFX_KERNELS_SATURATE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef QFX_KERNELS_SATURATE_INL_H
#undef QFX_KERNELS_SATURATE_INL_H
#else
#define QFX_KERNELS_SATURATE_INL_H
#endif

#include <cstdint>
#include <hwy/highway.h>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Highway 1.0.3 (Debian 12) clears bit 15 on its way from 32 bits to uint8_t, so that 32768 to 33023
// become 0 to 255 on x86; its steps by way of 16 bits are right.
template <class To, class D>
HWY_INLINE hn::Vec<hn::Rebind<To, D>> saturated(D, hn::Vec<D> v) {
  const hn::Rebind<To, D> narrow;
  if constexpr (sizeof(hn::TFromD<D>) == 4 && std::is_same_v<To, std::uint8_t>) {
    return hn::DemoteTo(narrow, hn::DemoteTo(hn::Rebind<std::int16_t, D>(), v));
  } else {
    return hn::DemoteTo(narrow, v);
  }
}

}  // namespace qfx::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
