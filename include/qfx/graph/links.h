// How the nodes of a model hang together, in either state. `nodes` are the nodes of a model whose
// ids may be relied on.
#pragma once

#include <cstddef>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

std::vector<Shape> input_shapes(const auto& nodes, const auto& node) {
  std::vector<Shape> shapes;
  for (const NodeId id : node.inputs) shapes.push_back(nodes[id].shape);
  return shapes;
}

// The nodes that read each node, in order, with one entry per read.
std::vector<std::vector<NodeId>> readers(const auto& nodes) {
  std::vector<std::vector<NodeId>> result(nodes.size());
  for (std::size_t id = 0; id < nodes.size(); ++id) {
    for (const NodeId input : nodes[id].inputs) result[input].push_back(static_cast<NodeId>(id));
  }
  return result;
}

// The node whose format this one has: itself, or what a chain of flattens and unsqueezes renames.
NodeId format_source(const auto& nodes, NodeId id) {
  while (keeps_format(nodes[id].op)) id = nodes[id].inputs[0];
  return id;
}

}  // namespace qfx::graph
