#include "kernels/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd/forward_double.cpp"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "kernels/simd/forward-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels::simd::HWY_NAMESPACE {

bool forward_double([[maybe_unused]] const ForwardJob<double, double>& job) {
#if QFX_HAS_VECTORS
  run_forward(job);
#endif
  return QFX_HAS_VECTORS;
}

bool forward_mixed([[maybe_unused]] const ForwardJob<float, double>& job) {
#if QFX_HAS_VECTORS
  run_forward(job);
#endif
  return QFX_HAS_VECTORS;
}

}  // namespace qfx::kernels::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels::simd {

HWY_EXPORT(forward_double);

bool forward(const ForwardJob<double, double>& job) {
  return HWY_DYNAMIC_DISPATCH(forward_double)(job);
}

HWY_EXPORT(forward_mixed);

bool forward(const ForwardJob<float, double>& job) {
  return HWY_DYNAMIC_DISPATCH(forward_mixed)(job);
}

}  // namespace qfx::kernels::simd
#endif
