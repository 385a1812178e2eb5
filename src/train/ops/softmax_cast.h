// Softmax by its table.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"
#include "qfx/steps/lookup.h"

namespace qfx::train {

// Softmax over axis 1, computed on the processor. Backward, with p the quotient before the cast and
// g = dy where the cast does not overflow: dx = p * (g - sum of g * p); the closed form of the cast
// of p to the point.
at::Tensor softmax_cast(const at::Tensor& x, const at::Tensor& f,
                        const steps::AssignmentPtr& assignment, const steps::LookupPtr& lookup);

}  // namespace qfx::train
