// The exported bench: a person runs it with make, and it can fail.
#include <fstream>
#include <gmock/gmock.h>

#include "support/networks.h"
#include "support/random_numbers.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

ProcessResult make(const fs::path& project, const std::string& goal) {
  return run_process({"make", "-s", "-C", project.string(), goal});
}

TEST(Bench, PassesOnItsGoldenVectorsAndFailsOnOthers) {
  graph::Builder b("bench");
  b.linear(b.relu(b.input({12})), {.out_features = 5});
  const graph::FrozenModel model = test::with_random_numbers(b.finish());
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 2, 3);
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, 3);
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  backends::export_project(backends::target_named("verilog"), graph::Analyzed(model),
                           project.string(), {.golden_inputs = inputs, .golden_outputs = outputs});
  const ProcessResult icarus = make(project, "test");
  EXPECT_EQ(icarus.exit_code, 0) << icarus.output;
  EXPECT_THAT(icarus.output, HasSubstr("PASS: 3 frames, 15 beats"));
  EXPECT_THAT(icarus.output, testing::Not(HasSubstr("warning")));
  const ProcessResult verilator = make(project, "verilator");
  EXPECT_EQ(verilator.exit_code, 0) << verilator.output;
  EXPECT_THAT(verilator.output, HasSubstr("PASS: 3 frames, 15 beats"));

  std::string wanted = read_file(project / "tb/bench_outputs.mem");
  wanted[0] = wanted[0] == '0' ? '1' : '0';
  std::ofstream(project / "tb/bench_outputs.mem") << wanted;
  const ProcessResult wrong = make(project, "test");
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_THAT(wrong.output, HasSubstr("FAIL: 1 of 15 beats differ"));

  backends::export_project(backends::target_named("verilog"), graph::Analyzed(model),
                           project.string(), {});
  const ProcessResult nothing = make(project, "test");
  EXPECT_NE(nothing.exit_code, 0);
  EXPECT_THAT(nothing.output, HasSubstr("FAIL: there are no golden vectors"));
}

// Each output has a file of its own, and a beat that differs says whose it is.
TEST(Bench, ComparesEveryOutput) {
  graph::Builder b("heads");
  const auto trunk = b.relu(b.input({2, 4, 4}), "trunk");
  const auto fc = b.linear(b.flatten(b.global_avg_pool2d(trunk)), {.out_features = 5}, "fc");
  const graph::FrozenModel model = test::with_random_numbers(b.finish({fc, trunk}));
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 2, 3);
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, 3);
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  backends::export_project(backends::target_named("verilog"), graph::Analyzed(model),
                           project.string(), {.golden_inputs = inputs, .golden_outputs = outputs});
  const ProcessResult icarus = make(project, "test");
  EXPECT_EQ(icarus.exit_code, 0) << icarus.output;
  EXPECT_THAT(icarus.output, HasSubstr("PASS: 3 frames, 27 beats"));
  EXPECT_THAT(icarus.output, testing::Not(HasSubstr("warning")));
  const ProcessResult lint = make(project, "lint");
  EXPECT_EQ(lint.exit_code, 0) << lint.output;

  std::string wanted = read_file(project / "tb/heads_outputs_1.mem");
  wanted[0] = wanted[0] == '0' ? '1' : '0';
  std::ofstream(project / "tb/heads_outputs_1.mem") << wanted;
  const ProcessResult wrong = make(project, "test");
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_THAT(wrong.output, HasSubstr("m_axis_trunk, frame 0, beat 0: expected"));
  EXPECT_THAT(wrong.output, HasSubstr("FAIL: 1 of 27 beats differ"));
}

}  // namespace
}  // namespace qfx::verify
