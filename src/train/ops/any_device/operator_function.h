// A function by table in torch's plain operators.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"
#include "qfx/steps/lookup.h"

namespace qfx::train {

// function_cast for x on any device; f on the processor.
at::Tensor operator_function_cast(const at::Tensor& x, const at::Tensor& f,
                                  const steps::AssignmentPtr& assignment,
                                  const steps::LookupPtr& lookup);

}  // namespace qfx::train
