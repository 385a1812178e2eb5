// A function by table in torch's plain operators.
#pragma once

#include "train/ops/lookup.h"

namespace qfx::train {

// function_cast for x on any device; f on the processor.
at::Tensor operator_function_cast(const at::Tensor& x, const at::Tensor& f,
                                  const AssignmentPtr& assignment, const LookupPtr& lookup);

}  // namespace qfx::train
