// Where each tensor of a run lives: tensors share memory once their last reader has run.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/group.h"

namespace qfx::runtime {

struct MemoryPlan {
  // In no memory: a node inside a group.
  static constexpr std::int64_t kNowhere = -1;
  // Where node id's tensor is, in bytes an image from the start of the arena.
  std::vector<std::int64_t> offset;
  // Bytes an image of the whole arena.
  std::int64_t size = 0;
};

// groups: what runs, in order. Nodes that are an alias share their input's memory. keep_all:
// nothing else is shared, so that all tensors are there after the last step.
MemoryPlan plan_memory(const graph::Analyzed& analyzed, const std::vector<Group>& groups,
                       bool keep_all);

}  // namespace qfx::runtime
