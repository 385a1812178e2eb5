// The statistics of a network that has never been trained.
#pragma once

#include "train/network/network.h"

namespace qfx::train {

// Where every batch_norm of the network still has the running statistics of a new one, mean 0 and
// variance 1: they become those of these samples, in float. Points calibrated under them are for
// what training's batches will show.
void take_initial_statistics(Network& network, const at::Tensor& samples);

}  // namespace qfx::train
