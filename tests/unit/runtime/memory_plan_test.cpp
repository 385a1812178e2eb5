// Tensors that are alive together never share memory, and those that are not do.
#include "runtime/memory_plan.h"

#include <gtest/gtest.h>

#include "runtime/tensor.h"
#include "support/random_model.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::runtime {
namespace {

using graph::NodeId;

// The node whose memory node `id` has.
NodeId owner(const graph::FrozenModel& model, NodeId id) {
  while (is_alias(model, id)) id = model.nodes[id].inputs[0];
  return id;
}

// What a plan promises. alive[id]: the last step that reads what `id` owns; -1 for no memory.
void expect_apart(const graph::Analyzed& analyzed, const MemoryPlan& plan,
                  const std::vector<std::int64_t>& made, const std::vector<std::int64_t>& alive) {
  const auto count = static_cast<NodeId>(made.size());
  for (NodeId a = 0; a < count; ++a) {
    if (is_alias(analyzed.model(), a)) {
      EXPECT_EQ(plan.offset[a], plan.offset[owner(analyzed.model(), a)]);
      continue;
    }
    if (plan.offset[a] == MemoryPlan::kNowhere) continue;
    EXPECT_EQ(plan.offset[a] % 64, 0);
    EXPECT_LE(plan.offset[a] + layout_of(analyzed, a).bytes(), plan.size);
    for (NodeId b = 0; b < count; ++b) {
      const bool meet = b != a && made[b] >= made[a] && made[b] <= alive[a];
      if (!meet || is_alias(analyzed.model(), b) || plan.offset[b] == MemoryPlan::kNowhere)
        continue;
      const std::int64_t a_end = plan.offset[a] + layout_of(analyzed, a).bytes();
      const std::int64_t b_end = plan.offset[b] + layout_of(analyzed, b).bytes();
      EXPECT_TRUE(a_end <= plan.offset[b] || b_end <= plan.offset[a]) << a << ", " << b;
    }
  }
}

TEST(MemoryPlan, KeepsLiveTensorsApart) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    const graph::Analyzed analyzed(graph::freeze(test::random_model(seed)));
    const graph::FrozenModel& model = analyzed.model();
    const std::vector<Group> groups = single_groups(analyzed);
    std::vector<std::int64_t> made(model.nodes.size(), -1), alive(model.nodes.size(), -1);
    for (std::int64_t step = 0; step < std::ssize(groups); ++step) {
      made[groups[step].last()] = step;
      for (const NodeId input : groups[step].inputs) alive[owner(model, input)] = step;
    }
    const auto end = std::ssize(groups);
    alive[owner(model, static_cast<NodeId>(model.nodes.size() - 1))] = end;
    expect_apart(analyzed, plan_memory(analyzed, groups, false), made, alive);
    alive.assign(model.nodes.size(), end);
    expect_apart(analyzed, plan_memory(analyzed, groups, true), made, alive);
  }
}

TEST(MemoryPlan, ReusesMemoryInAChain) {
  graph::Builder builder("chain");
  NodeId x = builder.input({64}, {});
  for (int i = 0; i < 9; ++i) x = builder.cast(x);
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.width = 8;
    node.spec.int_bits = 2;
  }
  const graph::Analyzed analyzed(graph::freeze(model));
  EXPECT_EQ(plan_memory(analyzed, single_groups(analyzed), false).size, 2 * 64);
  EXPECT_EQ(plan_memory(analyzed, single_groups(analyzed), true).size, 10 * 64);
}

// A tensor takes the bytes that its values need, not its format alone.
TEST(Tensor, LiesInTheNarrowestType) {
  using kernels::Storage;
  EXPECT_EQ(kernels::narrowest_storage(-128, 127), Storage::Int8);
  EXPECT_EQ(kernels::narrowest_storage(0, 128), Storage::UInt8);
  EXPECT_EQ(kernels::narrowest_storage(-1, 128), Storage::Int16);
  EXPECT_EQ(kernels::narrowest_storage(0, 32768), Storage::UInt16);
  EXPECT_EQ(kernels::narrowest_storage(-1, 32768), Storage::Int32);
  EXPECT_EQ(kernels::narrowest_storage(0, 65536), Storage::Int32);
}

}  // namespace
}  // namespace qfx::runtime
