// Every node of every network: the compiled export against the runtime, no difference allowed.
#include <gmock/gmock.h>

#include "support/compare.h"
#include "support/networks.h"
#include "support/random_numbers.h"
#include "verify/hls_runner.h"

#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

constexpr std::int64_t kBatch = 12;

void expect_runtime_bits(const std::vector<std::string>& flags) {
  const std::vector<graph::FrozenModel> models = test::all_kinds();
  const TemporaryDirectory work;
  std::vector<std::string> projects;
  for (const graph::FrozenModel& model : models) {
    projects.push_back((work.path() / model.name).string());
    backends::export_project(backends::target_named("vitis"), graph::Analyzed(model),
                             projects.back(), {});
  }
  const HlsRunner runner(projects, work.path().string(), flags);
  for (std::size_t i = 0; i < models.size(); ++i) {
    const runtime::Engine engine(models[i], 1);
    const std::vector<std::int32_t> inputs = test::random_inputs(models[i], i, kBatch);
    const auto expected = engine.run_all(inputs, kBatch);
    std::vector<std::int32_t> outputs;
    const auto actual = runner.run_all(i, inputs, kBatch, &outputs);
    ASSERT_EQ(actual.size(), expected.size());
    EXPECT_EQ(outputs, test::outputs_of(models[i], expected, kBatch)) << models[i].name;
    for (std::size_t node = 0; node < expected.size(); ++node)
      EXPECT_EQ(actual[node], expected[node])
          << models[i].name << ", node " << models[i].nodes[node].name << " ("
          << graph::kind_name(models[i].nodes[node].op) << ") "
          << fixed::to_string(models[i].nodes[node].format);
  }
}

// No warning in generated code and support headers either; the vendor's headers are a system's.
TEST(EveryNode, InMachineWords) {
  expect_runtime_bits({"-O0", "-Wall", "-Wextra", "-Werror"});
}

// The form that is synthesised: sums of the width that range analysis proved.
TEST(EveryNode, InExactWidths) {
  expect_runtime_bits({"-O0", "-DQFX_EXACT_WIDTHS"});
}

}  // namespace
}  // namespace qfx::verify
