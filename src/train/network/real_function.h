// Functions by table as torch computes them, for the float network and for calibration.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

at::Tensor real_function(const graph::Function& function, const at::Tensor& x);

}  // namespace qfx::train
