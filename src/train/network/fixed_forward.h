// A network in fixed point: every value that leaves a node is the integer that hardware would hold,
// times its power of two, in a carrier that is proved exact.
#pragma once

#include <vector>

#include "train/network/network.h"
#include "train/ops/chain.h"

namespace qfx::train {

struct FixedMode {
  bool batch_statistics =
      false;                // BatchNorm's pair from the batch; else from the running statistics
  bool count = false;       // overflows, by the backward pass or, where none will run, at once
  Road road = Road::Fused;  // on another device than the processor always that of plain operators
  const Peers* peers = nullptr;  // the batch's statistics are of all their samples; null: alone
};

// The output node's values {batch, ...}; input: preprocessed samples, float32. All values lie where
// the input does; parameters, points and statistics stay on the processor. With batch
// statistics the running ones move. With `trace`, every node's values by id. Raises UserError for a
// tensor without a binary point and where no carrier is exact. Outside batch statistics the
// integers are those of graph::freeze.
at::Tensor fixed_forward(Network& network, const at::Tensor& input, FixedMode mode,
                         std::vector<at::Tensor>* trace = nullptr);

}  // namespace qfx::train
