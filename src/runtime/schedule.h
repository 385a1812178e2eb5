// The steps of a model, in order, and the memory they share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/memory_plan.h"
#include "runtime/step.h"

namespace qfx::runtime {

class Schedule {
 public:
  // keep_all: every node's tensor is still there after a run; each is then a group of its own.
  Schedule(const graph::Analyzed& analyzed, std::vector<Group> groups, bool keep_all);

  // Images that run together.
  std::int64_t block() const { return block_; }
  // Of the memory of so many images, at a 64-byte boundary.
  std::int64_t memory_bytes(std::int64_t images) const;

  // Where node id's tensor lies in the memory of so many images.
  std::byte* tensor(std::byte* memory, graph::NodeId id, std::int64_t images) const {
    return memory + plan_.offset[static_cast<std::size_t>(id)] * images;
  }
  // All steps; node 0's tensor is there.
  void run(std::byte* memory, std::int64_t images) const;

  // The step that ends in node `id`; null where none does.
  const Step* step(graph::NodeId id) const;

 private:
  std::vector<Group> groups_;
  std::vector<std::unique_ptr<Step>> steps_;
  MemoryPlan plan_;
  std::int64_t block_ = 1;
};

}  // namespace qfx::runtime
