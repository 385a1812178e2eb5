// Channels of one activation brought to one size: a power of two goes from the weights that make a
// channel into those that read it. The network computes the same in float; in fixed point the
// channels share one binary point more evenly.
#pragma once

#include <functional>
#include <vector>

#include "train/network/network.h"

namespace qfx::train {

// Two products with nothing between them but what keeps c * x for every c > 0, for one reader each.
struct Neighbours {
  graph::NodeId maker = 0, reader = 0;
};
// Those whose tensors all find their points in calibration.
std::vector<Neighbours> equalizable(const Network& network);

struct Equalized {
  int kept = 0, tried = 0;       // neighbours
  double before = 0, after = 0;  // the error that `error_of` gives
};

// Neighbours in graph order; what they get stays where it lowers the error of the network, which
// has no points yet. samples: some, {batch, ...}.
Equalized equalize(Network& network, const at::Tensor& samples,
                   const std::function<double(Network&)>& error_of);

}  // namespace qfx::train
