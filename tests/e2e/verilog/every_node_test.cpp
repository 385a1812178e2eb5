// Every node of every network: the Verilog that is exported against the runtime, no difference
// allowed.
#include <gmock/gmock.h>

#include "support/compare.h"
#include "support/networks.h"
#include "support/random_numbers.h"
#include "verify/verilog_runner.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

constexpr std::int64_t kBatch = 3;

TEST(EveryNode, InVerilog) {
  const std::vector<graph::FrozenModel> models = test::all_kinds();
  const TemporaryDirectory work;
  std::vector<VerilogTop> tops;
  for (const graph::FrozenModel& model : models) {
    const std::string project = (work.path() / model.name).string();
    backends::export_project(backends::target_named("verilog"), graph::Analyzed(model), project,
                             {});
    tops.push_back({backends::read_project(project), model});
  }
  const VerilogRunner runner(tops, work.path().string());
  for (std::size_t i = 0; i < models.size(); ++i) {
    const runtime::Engine engine(models[i], 1);
    const std::vector<std::int32_t> inputs = test::random_inputs(models[i], i, kBatch);
    const auto expected = engine.run_all(inputs, kBatch);
    const Played played = runner.play(i, inputs, kBatch);
    ASSERT_EQ(played.fault, "") << models[i].name;
    ASSERT_EQ(played.nodes.size(), expected.size());
    EXPECT_EQ(played.outputs, test::outputs_of(models[i], expected, kBatch)) << models[i].name;
    for (std::size_t node = 0; node < expected.size(); ++node)
      EXPECT_EQ(played.nodes[node], expected[node])
          << models[i].name << ", node " << models[i].nodes[node].name << " ("
          << graph::kind_name(models[i].nodes[node].op) << ") "
          << fixed::to_string(models[i].nodes[node].format);
  }
}

}  // namespace
}  // namespace qfx::verify
