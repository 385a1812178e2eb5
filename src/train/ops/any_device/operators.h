// The stages of a chain in torch's plain operators, for any device torch has. Same values bit for
// bit, same gradients but for the order of their sums; several times slower here than the kernels.
#pragma once

#include <vector>

#include "train/machine/torch.h"

#include "qfx/steps/chain.h"

namespace qfx::train {

// A chain's value, stage by stage; inputs as the chain keeps them.
at::Tensor run_operators(const std::vector<at::Tensor>& inputs,
                         const std::vector<steps::Stage>& stages);

}  // namespace qfx::train
