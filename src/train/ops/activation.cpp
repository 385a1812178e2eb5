#include "train/ops/activation.h"

namespace qfx::train {
namespace {

bool is_float(double value) {
  return static_cast<double>(static_cast<float>(value)) == value;
}

}  // namespace

at::Tensor clipped(const at::Tensor& x, const graph::Clip& clip) {
  const bool fits = is_float(clip.min) && is_float(clip.max);
  return at::hardtanh(fits ? x : x.to(at::kDouble), clip.min, clip.max);
}

}  // namespace qfx::train
