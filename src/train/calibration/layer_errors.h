// How far each node of a network in fixed point is from the same network in float.
#pragma once

#include <vector>

#include "train/calibration/both_ways.h"

namespace qfx::train {

// Sums over the elements of one node.
struct NodeError {
  double squares = 0;  // of fixed minus real
  double spread = 0;   // squared deviations of real from its mean
  // The root mean square of the error in units of the real values' standard deviation; 0 where
  // there is no error.
  double relative() const;
};

// By node. Of the node at hand, where the values are there both ways.
class ErrorCount {
 public:
  explicit ErrorCount(const Network& network) : nodes_(static_cast<std::size_t>(network.size())) {}
  void add(BothWays& both, const Layer& layer);
  const NodeError& at(graph::NodeId id) const { return nodes_[id]; }
  // Of the values of several nodes, each in its own units.
  double relative(const std::vector<graph::NodeId>& nodes) const;

 private:
  std::vector<NodeError> nodes_;
};

}  // namespace qfx::train
