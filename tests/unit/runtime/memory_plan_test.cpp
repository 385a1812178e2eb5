// Tensors that are alive together never share memory, and those that are not do.
#include "runtime/memory_plan.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "support/random_model.h"

#include "qfx/graph/freeze.h"

namespace qfx::runtime {
namespace {

using graph::NodeId;

TEST(MemoryPlan, KeepsLiveTensorsApart) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const graph::FrozenModel model = graph::freeze(test::random_model(seed));
    const MemoryPlan plan = plan_memory(model);
    const auto count = static_cast<NodeId>(model.nodes.size());
    std::vector<NodeId> last(count, 0);
    for (NodeId id = count; id-- > 0;) {
      last[id] = std::max(last[id], id);
      for (const NodeId input : model.nodes[id].inputs) last[input] = std::max(last[input], id);
      // Whoever reads a flatten that is only a view reads the memory behind it.
      if (is_alias(model, id))
        last[model.nodes[id].inputs[0]] = std::max(last[model.nodes[id].inputs[0]], last[id]);
    }
    for (NodeId a = 1; a < count; ++a) {
      if (is_alias(model, a)) {
        EXPECT_EQ(plan.offset[a], plan.offset[model.nodes[a].inputs[0]]);
      }
      for (NodeId b = a + 1; b < count && b <= last[a]; ++b) {
        if (plan.offset[a] < 0 || plan.offset[b] < 0 || is_alias(model, a) || is_alias(model, b))
          continue;
        const std::int64_t a_end = plan.offset[a] + graph::element_count(model.nodes[a].shape);
        const std::int64_t b_end = plan.offset[b] + graph::element_count(model.nodes[b].shape);
        EXPECT_TRUE(a_end <= plan.offset[b] || b_end <= plan.offset[a])
            << "seed " << seed << ": " << a << ", " << b;
      }
    }
  }
}

TEST(MemoryPlan, ReusesMemoryInAChain) {
  graph::FrozenModel chain;
  chain.nodes.resize(10);
  for (NodeId id = 0; id < 10; ++id) {
    chain.nodes[id].op = id == 0 ? graph::Op(graph::Input{}) : graph::Op(graph::Cast{});
    if (id > 0) chain.nodes[id].inputs = {id - 1};
    chain.nodes[id].shape = {64};
  }
  EXPECT_EQ(plan_memory(chain).size, 2 * 64);
}

}  // namespace
}  // namespace qfx::runtime
