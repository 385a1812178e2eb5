// Functions by table.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"
#include "qfx/steps/lookup.h"

namespace qfx::train {

// y = table[x], x on any device; x holds values of the lookup's input format. NaN gives NaN, and
// counts as an overflow. Backward: dx = f'(x) * dy where the cast of f(x) does not overflow, the
// closed form of the cast of f(x) to the point.
at::Tensor function_cast(const at::Tensor& x, const at::Tensor& f,
                         const steps::AssignmentPtr& assignment, const steps::LookupPtr& lookup);

}  // namespace qfx::train
