// The pass that folds batch norms away.
#pragma once

#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Folds each batch_norm that follows a conv2d or linear alone (and is its only reader) into that
// node's weight and bias, by the running statistics; so is one that then follows the folded node.
// The folded node keeps the batch_norm's output spec.
Model fold_batch_norm(const Model& model);

// A batch_norm that stays a node, and why: "it follows 'relu1', a relu; ...".
struct UnfoldedBatchNorm {
  std::string name;
  std::string why;
};

// Those of a model that fold_batch_norm has made.
std::vector<UnfoldedBatchNorm> unfolded_batch_norms(const Model& folded);

}  // namespace qfx::graph
