// Values that only change their place, with the gradient: on any device.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/view.h"

namespace qfx::train {

// x: a batch.
at::Tensor moved(const at::Tensor& x, const graph::View& view);

}  // namespace qfx::train
