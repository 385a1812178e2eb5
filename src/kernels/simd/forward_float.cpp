#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/forward_float.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/forward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

bool forward_float([[maybe_unused]] const ForwardJob<float, float>& job) {
#if QFX_HAS_VECTORS
  run_forward(job);
#endif
  return QFX_HAS_VECTORS;
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels::simd {

HWY_EXPORT(forward_float);

bool forward(const ForwardJob<float, float>& job) {
  return HWY_DYNAMIC_DISPATCH(forward_float)(job);
}

}  // namespace qfx::kernels::simd
#endif
