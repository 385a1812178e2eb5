// Activations in plain tensor arithmetic, without their cast.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// The type in which clip's values are exact: x's type where that holds both bounds, for every value
// is one of x's or a bound; else float64.
at::ScalarType clip_type(at::ScalarType x, const graph::Clip& clip);

// min(max(x, min), max) in that type. The gradient is torch's hardtanh's: 1 between the bounds, 0
// on and beyond them.
at::Tensor clipped(const at::Tensor& x, const graph::Clip& clip);

}  // namespace qfx::train
