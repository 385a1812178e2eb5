// Who reads the values of each node, and when they may go.
#pragma once

#include <algorithm>
#include <vector>

#include "train/network/network.h"

#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"

namespace qfx::train {

struct Readers {
  explicit Readers(const Network& network)
      : count(graph::uses(network.structure())), outputs(graph::output_ids(network.structure())) {
    for (const std::vector<graph::NodeId>& readers : graph::readers(network.nodes()))
      last.push_back(readers.empty() ? kNobody : readers.back());
    for (const graph::NodeId id : outputs) last[id] = kNobody;
  }

  bool is_output(graph::NodeId id) const { return std::ranges::find(outputs, id) != outputs.end(); }

  // Empties the values that node `id` is the last to read. All values at once are more than what a
  // training step keeps for its way back, and without gradients nothing else keeps them.
  template <class Value>
  void release(const Network& network, graph::NodeId id, std::vector<Value>& values) const {
    for (const graph::NodeId from : network.node(id).inputs) {
      if (last[from] == id) values[from] = Value();
    }
  }

  static constexpr graph::NodeId kNobody = -1;

  std::vector<int> count;              // a node that reads twice counts twice, an output once more
  std::vector<graph::NodeId> last;     // kNobody where the values stay: they leave the network
  std::vector<graph::NodeId> outputs;  // in their order
};

}  // namespace qfx::train
