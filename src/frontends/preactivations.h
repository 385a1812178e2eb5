// What lies between a sum and its ReLU: no product reads it, so its width costs wires and no
// multiplier.
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::frontends {

// By node: whether it computes a sum, or hands one on through a max pool, that is read by relu,
// leaky_relu, prelu and clip alone, at once or behind further sums of the kind (an add, a
// batch_norm).
std::vector<bool> preactivations(const graph::Model& model);

}  // namespace qfx::frontends
