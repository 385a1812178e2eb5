// Casts of parameters: a binary point per tensor or per channel, K-hot projection after the
// rounding.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"

namespace qfx::train {

// y = project(cast(x)), straight-through inside the range; x row-major, channels on axis 0. The
// gradient of a point is the cast's closed form with q the projected result.
at::Tensor parameter_cast(const at::Tensor& x, const at::Tensor& f,
                          const steps::AssignmentPtr& assignment);

}  // namespace qfx::train
