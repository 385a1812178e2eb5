#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/backward_float.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/backward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

bool backward_float([[maybe_unused]] const BackwardJob<float, float>& job) {
#if QFX_HAS_VECTORS
  run_backward(job);
#endif
  return QFX_HAS_VECTORS;
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels::simd {

HWY_EXPORT(backward_float);

bool backward(const BackwardJob<float, float>& job) {
  return HWY_DYNAMIC_DISPATCH(backward_float)(job);
}

}  // namespace qfx::kernels::simd
#endif
