// Activations in plain tensor arithmetic, without their cast.
#pragma once

#include "train/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// min(max(x, min), max): every value is one of x's or a bound, so it is exact in x's type where
// that holds both bounds, else the result is float64. The gradient is torch's hardtanh's: 1 between
// the bounds, 0 on and beyond them.
at::Tensor clipped(const at::Tensor& x, const graph::Clip& clip);

}  // namespace qfx::train
