// Dropout in the float phase. What is dropped depends on a key alone, (seed, step, node, place of
// the sample in the whole batch): a resumed run and several processes drop what one unbroken run
// drops.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "train/machine/torch.h"

#include "qfx/graph/graph.h"

namespace qfx::train {

struct Dropout {
  const std::map<std::string, double>& shares;  // by the node that it follows
  std::uint64_t seed = 0;
  std::int64_t step = 0;          // of the phase
  std::int64_t first_sample = 0;  // of these in the whole batch

  // The node's values {batch, ...}: a share of them 0, the others as much larger as keeps the mean.
  // Values of a node without dropout as they are.
  at::Tensor operator()(const graph::Node& node, graph::NodeId id, const at::Tensor& values) const;
};

}  // namespace qfx::train
