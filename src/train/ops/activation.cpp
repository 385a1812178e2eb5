#include "train/ops/activation.h"

namespace qfx::train {
namespace {

bool is_float(double value) {
  return static_cast<double>(static_cast<float>(value)) == value;
}

}  // namespace

at::ScalarType clip_type(at::ScalarType x, const graph::Clip& clip) {
  return is_float(clip.min) && is_float(clip.max) ? x : at::kDouble;
}

at::Tensor clipped(const at::Tensor& x, const graph::Clip& clip) {
  return at::hardtanh(x.to(clip_type(x.scalar_type(), clip)), clip.min, clip.max);
}

}  // namespace qfx::train
