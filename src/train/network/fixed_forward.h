// A network in fixed point: every value that leaves a node is the integer that hardware would hold,
// times its power of two, in a carrier that is proved exact.
#pragma once

#include <vector>

#include "train/network/mode.h"
#include "train/network/network.h"

namespace qfx::train {

// The output's values {batch, ...}, or joined_outputs() of several; input: preprocessed samples,
// float32. All values lie where the input does; parameters, points and statistics stay on the
// processor. With batch statistics the running ones move. With `trace`, every node's values by id.
// Raises UserError for a tensor without a binary point and where no carrier is exact. Outside batch
// statistics the integers are those of graph::freeze.
at::Tensor fixed_forward(Network& network, const at::Tensor& input, const FixedMode& mode,
                         std::vector<at::Tensor>* trace = nullptr);

}  // namespace qfx::train
