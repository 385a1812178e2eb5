// A frozen model with its proofs: well-formed, and every exact intermediate bounded. Made once and
// handed to whoever runs, prints or describes the model, so that nothing is proved twice.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/graph/range.h"

namespace qfx::graph {

// Never changes; copies share one model.
class Analyzed {
 public:
  // Raises UserError, naming the node, where the model does not verify or a sum is too wide.
  explicit Analyzed(FrozenModel model);

  const FrozenModel& model() const { return proved_->model; }
  const FrozenNode& node(NodeId id) const { return model().nodes[id]; }
  const FrozenNode& source(NodeId id, std::size_t i = 0) const { return node(node(id).inputs[i]); }

  // Indexed by node.
  const std::vector<NodeRange>& ranges() const { return proved_->ranges; }
  const NodeRange& range(NodeId id) const { return ranges()[id]; }
  // The raw values that the node's input i can hold.
  const Interval& source_range(NodeId id, std::size_t i = 0) const {
    return range(node(id).inputs[i]).output;
  }

 private:
  struct Proved {
    FrozenModel model;
    std::vector<NodeRange> ranges;
  };

  std::shared_ptr<const Proved> proved_;
};

}  // namespace qfx::graph
