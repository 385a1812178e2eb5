// Where each tensor of a run lives: tensors share memory once their last reader has run.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::runtime {

struct MemoryPlan {
  // Where node id's tensor is, in elements an image from the start of the arena; kInput and kOutput
  // are the caller's own arrays.
  static constexpr std::int64_t kInput = -1;
  static constexpr std::int64_t kOutput = -2;
  std::vector<std::int64_t> offset;
  // Elements an image of the whole arena.
  std::int64_t size = 0;
};

// A flatten or unsqueeze in the middle of a network shares its input's memory: it has nothing to
// compute.
MemoryPlan plan_memory(const graph::FrozenModel& model);

// True where node `id` shares its input's memory.
bool is_alias(const graph::FrozenModel& model, graph::NodeId id);

}  // namespace qfx::runtime
