// A cast in torch's plain operators, for any device torch has. Same values bit for bit as the
// kernels', same gradients but for the order of their sums; several times slower on the processor.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"

namespace qfx::train {

// cast(x), differentiable in x and f as ops/chain.h's stages. x float32 or float64, any shape, on
// any device; f on the processor.
at::Tensor operator_cast(const at::Tensor& x, const at::Tensor& f,
                         const steps::AssignmentPtr& output);

}  // namespace qfx::train
