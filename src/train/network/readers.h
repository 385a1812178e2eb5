// Who reads the values of each node, and when they may go.
#pragma once

#include <vector>

#include "train/network/network.h"

#include "qfx/graph/links.h"

namespace qfx::train {

struct Readers {
  explicit Readers(const Network& network) {
    for (const std::vector<graph::NodeId>& readers : graph::readers(network.nodes())) {
      last.push_back(readers.empty() ? static_cast<graph::NodeId>(count.size()) : readers.back());
      count.push_back(static_cast<int>(readers.size()));
    }
  }

  // Empties the values that node `id` is the last to read. All values at once are more than what a
  // training step keeps for its way back, and without gradients nothing else keeps them.
  template <class Value>
  void release(const Network& network, graph::NodeId id, std::vector<Value>& values) const {
    for (const graph::NodeId from : network.node(id).inputs) {
      if (last[from] == id) values[from] = Value();
    }
  }

  std::vector<int> count;           // a node that reads twice counts twice
  std::vector<graph::NodeId> last;  // the node itself where nobody reads it
};

}  // namespace qfx::train
