// What leaves a network: the values of its output nodes, of each sample one output behind the
// other, in the order of the outputs. `model` is in either state; its ids may be relied on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// An output among the values that leave a network for a sample.
struct OutputPart {
  NodeId node = 0;
  std::int64_t first = 0, size = 0;
  bool operator==(const OutputPart&) const = default;
};

// At least one.
std::vector<NodeId> output_ids(const auto& model) {
  if (!model.outputs.empty()) return model.outputs;
  return {static_cast<NodeId>(model.nodes.size()) - 1};
}

// As a model keeps them: the last node alone goes without saying.
void set_outputs(auto& model, std::vector<NodeId> outputs) {
  const bool is_last = outputs.size() == 1 && outputs[0] + 1 == std::ssize(model.nodes);
  model.outputs = is_last ? std::vector<NodeId>{} : std::move(outputs);
}

// The only one of most networks.
const auto& first_output(const auto& model) {
  return model.nodes[static_cast<std::size_t>(output_ids(model)[0])];
}

std::vector<OutputPart> output_parts(const auto& model) {
  std::vector<OutputPart> parts;
  std::int64_t first = 0;
  for (const NodeId id : output_ids(model)) {
    parts.push_back({id, first, element_count(model.nodes[id].shape)});
    first += parts.back().size;
  }
  return parts;
}

// The values that leave the network for a sample.
std::int64_t output_size(const auto& model) {
  const OutputPart last = output_parts(model).back();
  return last.first + last.size;
}

bool is_output(const auto& model, NodeId id) {
  const std::vector<NodeId> outputs = output_ids(model);
  return std::ranges::find(outputs, id) != outputs.end();
}

// How often the values of each node are taken: by nodes, once for every read, and by the outside
// where they leave the network.
std::vector<int> uses(const auto& model) {
  std::vector<int> count(model.nodes.size());
  for (const auto& node : model.nodes) {
    for (const NodeId input : node.inputs) ++count[input];
  }
  for (const NodeId id : output_ids(model)) ++count[id];
  return count;
}

}  // namespace qfx::graph
