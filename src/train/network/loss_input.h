// Which of a network's values the loss sees.
#pragma once

#include "train/network/network.h"

#include "qfx/graph/links.h"

namespace qfx::train {

// The output; but the input of a softmax that ends the network where the loss has a softmax of its
// own: log softmax(x) from x itself is what one softmax costs, and loses nothing to the softmax's
// format.
inline graph::NodeId loss_input(const std::vector<graph::Node>& nodes, const graph::Task& task) {
  const auto last = static_cast<graph::NodeId>(nodes.size()) - 1;
  const graph::Node& node = nodes[graph::format_source(nodes, last)];
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
