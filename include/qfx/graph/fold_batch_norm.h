// The pass that folds batch norms away.
#pragma once

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Folds each batch_norm that follows a conv2d or linear alone (and is its only reader) into that
// node's weight and bias, by the running statistics. The folded node keeps the batch_norm's output
// spec.
Model fold_batch_norm(const Model& model);

}  // namespace qfx::graph
