// Binary points for what has none: of parameters from their values, of activations from samples.
#pragma once

#include "train/network/network.h"

#include "qfx/frontends/recipe.h"

namespace qfx::train {

// Layer by layer in graph order, each from what its already cast predecessors give. Parameters: by
// Max where that is the method, else by Mse. samples: preprocessed, {batch, ...}.
void calibrate_network(Network& network, const frontends::Calibration& calibration,
                       const at::Tensor& samples);

}  // namespace qfx::train
