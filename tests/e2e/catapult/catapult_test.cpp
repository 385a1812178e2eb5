// The project of the target catapult: every node of every network, its test bench, and the verdict.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

#include "support/compare.h"
#include "support/networks.h"
#include "support/paths.h"
#include "support/random_numbers.h"
#include "verify/hls_runner.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"
#include "qfx/verify/verify.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::int64_t kBatch = 12;

const backends::Target& catapult() {
  return backends::target_named("catapult");
}

// The networks in modes that ac_fixed has, its own among them.
std::vector<graph::FrozenModel> networks() {
  std::vector<graph::FrozenModel> models = test::all_kinds();
  for (graph::FrozenModel& model : models) {
    for (graph::FrozenNode& node : model.nodes) {
      if (node.format.overflow == fixed::Overflow::WRAP_SM)
        node.format.overflow = fixed::Overflow::WRAP;
      node.format.wrap_bits = 0;
      if (node.format.rounding == fixed::Rounding::RND_ZERO)
        node.format.rounding = fixed::Rounding::RND_CONV_ODD;
      if (std::holds_alternative<graph::Function>(node.op))  // whose table has the node's format
        node.params.at(graph::Role::Table).format = node.format;
    }
  }
  return models;
}

void expect_runtime_bits(const std::vector<std::string>& flags) {
  const std::vector<graph::FrozenModel> models = networks();
  const TemporaryDirectory work;
  std::vector<std::string> projects;
  for (const graph::FrozenModel& model : models) {
    projects.push_back((work.path() / model.name).string());
    backends::export_project(catapult(), graph::Analyzed(model), projects.back(), {});
  }
  const HlsRunner runner(projects, work.path().string(), flags);
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::vector<std::int32_t> inputs = test::random_inputs(models[i], i, kBatch);
    const auto expected = runtime::Engine(models[i], 1).run_all(inputs, kBatch);
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

// By make, with Catapult's own mc_scverify.h and without.
TEST(TestBench, PassesOnItsGoldenVectorsAndFailsOnOthers) {
  const graph::FrozenModel network = networks()[0];
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  const std::vector<std::int32_t> inputs = test::random_inputs(network, 2, 3);
  std::vector<std::int32_t> outputs = runtime::Engine(network).run(inputs, 3);
  backends::export_project(catapult(), graph::Analyzed(network), project.string(),
                           {.golden_inputs = inputs, .golden_outputs = outputs});
  const auto make = [&](const std::string& flags) {
    return run_process({"make", "-s", "-C", project.string(),
                        "AC_TYPES=" + test::vendor_headers("ac_types"), "CXXFLAGS=" + flags,
                        "test"});
  };
  const ProcessResult good = make("-O0 -Werror");
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("PASS: 3 samples, 15 values"));

  // What this one calls is not the design: the bench went through its macros.
  fs::create_directory(work.path() / "catapult");
  std::ofstream(work.path() / "catapult/mc_scverify.h")
      << "#define CCS_MAIN(a, b) int main(a, b)\n#define CCS_RETURN(a) return a\n"
         "#define CCS_DESIGN(top) instead_of_##top\n"
         "template <class IN, class OUT> void instead_of_residual(IN& in, OUT& out) {\n"
         "  residual(in, out);\n  static_cast<void>(printf(\"by way of SCVerify\\n\"));\n}\n";
  fs::remove(project / "test_bench");
  const ProcessResult other = make("-O0 -include stdio.h -I" + (work.path() / "catapult").string());
  EXPECT_EQ(other.exit_code, 0) << other.output;
  EXPECT_THAT(other.output, HasSubstr("by way of SCVerify"));
  EXPECT_THAT(other.output, HasSubstr("PASS: 3 samples, 15 values"));

  outputs[7] += 1;  // sample 1, index 2
  std::ofstream file(project / "tb/data/golden_outputs.txt");
  for (std::int32_t value : outputs) file << value << '\n';
  file.close();
  const ProcessResult bad =
      run_process({(project / "test_bench").string(), (project / "tb/data").string()});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, HasSubstr(fmt::format("FAIL: sample 1, linear_1, index [2]: expected {}, got {}",
                                                outputs[7], outputs[7] - 1)));
}

TEST(VerifyExport, GivesAVerdictOnCatapult) {
  const graph::FrozenModel network = networks()[0];
  const std::int64_t classes = graph::element_count(network.nodes.back().shape);
  data::Dataset set{.name = "random",
                    .sample_shape = network.input().shape,
                    .bytes = {},
                    .floats = {},
                    .labels = {},
                    .class_count = static_cast<int>(classes)};
  for (std::int32_t raw : test::random_inputs(network, 11, 20))
    set.floats.push_back(static_cast<float>(raw) / 16);
  set.labels.assign(20, 0);
  const runtime::Engine engine(network);
  const Result result =
      verify_export(catapult(), engine, set, runtime::evaluate(engine, set).outputs, {});
  EXPECT_EQ(summary(result), "catapult: 0 of 20 images differ (0 of 100 values)");
}

}  // namespace
}  // namespace qfx::verify
