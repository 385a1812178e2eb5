#include "runtime/memory_plan.h"

#include <algorithm>

#include "qfx/graph/links.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::runtime {
namespace {

// Tensors start at multiples of a cache line.
constexpr std::int64_t kSlotElements = 16;

struct Held {
  std::int64_t offset, size;
  graph::NodeId last_reader;
};

// The lowest gap that holds `size`; `held` is sorted by offset.
std::int64_t find_gap(const std::vector<Held>& held, std::int64_t size) {
  std::int64_t offset = 0;
  for (const Held& other : held) {
    if (offset + size <= other.offset) break;
    offset = std::max(offset, other.offset + other.size);
  }
  return offset;
}

}  // namespace

bool is_alias(const graph::FrozenModel& model, graph::NodeId id) {
  return graph::keeps_format(model.nodes[id].op) && id + 1 < std::ssize(model.nodes);
}

MemoryPlan plan_memory(const graph::FrozenModel& model) {
  const auto count = static_cast<graph::NodeId>(model.nodes.size());
  // The node that owns the memory of each node's tensor, and the last reader of what it owns.
  std::vector<graph::NodeId> owner(count), last_reader(count);
  const auto read_by = graph::readers(model.nodes);
  for (graph::NodeId id = 0; id < count; ++id) {
    owner[id] = is_alias(model, id) ? owner[model.nodes[id].inputs[0]] : id;
    const graph::NodeId last = read_by[id].empty() ? id : read_by[id].back();
    last_reader[owner[id]] = std::max(last_reader[owner[id]], last);
  }

  MemoryPlan plan;
  plan.offset.resize(count);
  std::vector<Held> held;
  for (graph::NodeId id = 0; id < count; ++id) {
    if (owner[id] != id) {
      plan.offset[id] = plan.offset[owner[id]];
    } else if (id == 0) {
      plan.offset[id] = MemoryPlan::kInput;
    } else if (id + 1 == count) {
      plan.offset[id] = MemoryPlan::kOutput;
    } else {
      std::erase_if(held, [id](const Held& tensor) { return tensor.last_reader < id; });
      const std::int64_t size =
          kernels::round_up(graph::element_count(model.nodes[id].shape), kSlotElements);
      const Held tensor{find_gap(held, size), size, last_reader[id]};
      plan.offset[id] = tensor.offset;
      plan.size = std::max(plan.size, tensor.offset + size);
      const auto behind = [](const Held& a, const Held& b) { return a.offset < b.offset; };
      held.insert(std::upper_bound(held.begin(), held.end(), tensor, behind), tensor);
    }
  }
  return plan;
}

}  // namespace qfx::runtime
