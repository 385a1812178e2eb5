// Which of a network's values the loss sees.
#pragma once

#include "train/network/network.h"

#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"

namespace qfx::train {

// The output, or of several all (kAllOutputs); but the input of a softmax that ends the network
// where the loss has a softmax of its own: log softmax(x) from x itself is what one softmax costs,
// and loses nothing to the softmax's format.
inline constexpr graph::NodeId kAllOutputs = -1;

inline graph::NodeId loss_input(const graph::Model& model, const graph::Task& task) {
  const std::vector<graph::NodeId> outputs = graph::output_ids(model);
  if (outputs.size() > 1) return kAllOutputs;
  const graph::NodeId last = outputs[0];
  const graph::Node& node = model.nodes[graph::format_source(model.nodes, last)];
  const bool is_of_classes = std::holds_alternative<graph::Softmax>(node.op) &&
                             graph::element_count(node.shape) == node.shape[0];
  return task.classifies() && is_of_classes ? node.inputs[0] : last;
}

// Values of a node in between that a caller asks for beside the output. What comes after the node
// has no gradient.
struct Tap {
  graph::NodeId node = 0;
  at::Tensor values = {};
};

}  // namespace qfx::train
