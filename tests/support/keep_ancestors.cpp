// A part of a network: some of its nodes, and all that they need.
#include "support/random_model.h"

#include "qfx/graph/outputs.h"

namespace qfx::test {

using graph::NodeId;

graph::Model keep_ancestors(const graph::Model& model, NodeId id) {
  return keep_ancestors(model, std::vector<NodeId>{id});
}

graph::Model keep_ancestors(const graph::Model& model, const std::vector<NodeId>& outputs) {
  std::vector<bool> needed(model.nodes.size(), false);
  needed[0] = true;
  for (const NodeId id : outputs) needed[id] = true;
  graph::Model kept{.name = model.name, .nodes = {}};
  for (auto i = static_cast<NodeId>(std::ssize(model.nodes)) - 1; i >= 0; --i)
    if (needed[i])
      for (const NodeId input : model.nodes[i].inputs) needed[input] = true;
  std::vector<NodeId> place(model.nodes.size());
  for (NodeId i = 0; i < std::ssize(model.nodes); ++i) {
    if (!needed[i]) continue;
    place[i] = static_cast<NodeId>(kept.nodes.size());
    kept.nodes.push_back(model.nodes[i]);
    for (NodeId& input : kept.nodes.back().inputs) input = place[input];
  }
  std::vector<NodeId> left;
  for (const NodeId id : outputs) left.push_back(place[id]);
  graph::set_outputs(kept, std::move(left));
  return kept;
}

}  // namespace qfx::test
