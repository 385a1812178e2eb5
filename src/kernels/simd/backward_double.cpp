#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/backward_double.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/backward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

bool backward_double([[maybe_unused]] const BackwardJob<double, double>& job) {
#if QFX_HAS_VECTORS
  run_backward(job);
#endif
  return QFX_HAS_VECTORS;
}

bool backward_mixed([[maybe_unused]] const BackwardJob<float, double>& job) {
#if QFX_HAS_VECTORS
  run_backward(job);
#endif
  return QFX_HAS_VECTORS;
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels::simd {

HWY_EXPORT(backward_double);

bool backward(const BackwardJob<double, double>& job) {
  return HWY_DYNAMIC_DISPATCH(backward_double)(job);
}

HWY_EXPORT(backward_mixed);

bool backward(const BackwardJob<float, double>& job) {
  return HWY_DYNAMIC_DISPATCH(backward_mixed)(job);
}

}  // namespace qfx::kernels::simd
#endif
