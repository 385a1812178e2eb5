#include "runtime/memory_plan.h"

#include <algorithm>

#include "runtime/tensor.h"

#include "qfx/graph/outputs.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::runtime {
namespace {

// Tensors start at multiples of a cache line.
constexpr std::int64_t kCacheLine = 64;

// last_step: after which the memory is free.
struct Held {
  std::int64_t offset, size, last_step;
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

// The node that owns the memory of each node's tensor.
std::vector<graph::NodeId> owners(const graph::FrozenModel& model) {
  std::vector<graph::NodeId> owner;
  for (graph::NodeId id = 0; id < std::ssize(model.nodes); ++id)
    owner.push_back(is_alias(model, id) ? owner[model.nodes[id].inputs[0]] : id);
  return owner;
}

}  // namespace

MemoryPlan plan_memory(const graph::Analyzed& analyzed, const std::vector<Group>& groups,
                       bool keep_all) {
  const graph::FrozenModel& model = analyzed.model();
  const std::vector<graph::NodeId> owner = owners(model);
  const std::int64_t end = std::ssize(groups);
  // The last step that reads what each node owns; the outputs are read after all of them.
  std::vector<std::int64_t> last_step(model.nodes.size(), keep_all ? end : -1);
  for (const graph::NodeId output : graph::output_ids(model)) last_step[owner[output]] = end;
  for (std::int64_t step = 0; step < end; ++step)
    for (const graph::NodeId input : groups[step].inputs)
      last_step[owner[input]] = std::max(last_step[owner[input]], step);

  MemoryPlan plan;
  plan.offset.assign(model.nodes.size(), MemoryPlan::kNowhere);
  std::vector<Held> held;
  const auto place = [&](graph::NodeId id, std::int64_t step) {
    std::erase_if(held, [=](const Held& tensor) { return tensor.last_step < step; });
    const std::int64_t size = kernels::round_up(layout_of(analyzed, id).bytes(), kCacheLine);
    const Held tensor{find_gap(held, size), size, std::max(last_step[id], step)};
    plan.offset[id] = tensor.offset;
    plan.size = std::max(plan.size, tensor.offset + size);
    const auto behind = [](const Held& a, const Held& b) { return a.offset < b.offset; };
    held.insert(std::upper_bound(held.begin(), held.end(), tensor, behind), tensor);
  };
  place(0, 0);
  for (std::int64_t step = 0; step < end; ++step) place(groups[step].last(), step);
  for (std::size_t id = 0; id < owner.size(); ++id) plan.offset[id] = plan.offset[owner[id]];
  return plan;
}

}  // namespace qfx::runtime
