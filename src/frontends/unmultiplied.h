// Activations that no product reads: their width costs wires and no multiplier.
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::frontends {

// By node: whether it computes a sum, or hands one on through a max pool, that is read by relu,
// leaky_relu, prelu and clip alone, at once or behind further sums of the kind (an add, a
// batch_norm).
std::vector<bool> preactivations(const graph::Model& model);

// By node: whether its values leave the network and no layer reads them, or are read on the way out
// alone: by softmax and other functions, casts, sums, joins and what moves elements, whose own
// values leave.
std::vector<bool> leaving(const graph::Model& model);

}  // namespace qfx::frontends
