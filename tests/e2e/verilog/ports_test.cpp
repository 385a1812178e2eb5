// Ports as wide as the engines need: a network that is unrolled gets an input in each cycle through
// them, and a port that its elements do not fill is clean under every tool.
#include <gmock/gmock.h>

#include "support/random_numbers.h"
#include "verify/verilog_runner.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/circuit/cycles.h"
#include "qfx/circuit/plan.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::int64_t kFrames = 64;

graph::FrozenModel tagger(const std::vector<std::int64_t>& layers, std::int64_t outputs) {
  graph::Builder b("tagger");
  graph::NodeId x = b.input({layers[0]});
  for (std::size_t i = 1; i < layers.size(); ++i)
    x = b.relu(b.linear(x, {.out_features = layers[i]}));
  b.linear(x, {.out_features = outputs});
  return test::with_random_numbers(b.finish(), {.width = 6});
}

// The network of bench/adders/jets.toml: 16 bytes in, 5 out.
TEST(Ports, TakeAnInputInEachCycleWhereTheEnginesDo) {
  const graph::FrozenModel model = tagger({16, 64, 32, 32}, 5);
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const dataflow::Folding folding = circuit::plan(network, {}, {.interval = 1}).folding;
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  backends::export_project(backends::target_named("verilog"), graph::Analyzed(model),
                           project.string(), {.folding = folding});
  const backends::Project written = backends::read_project(project.string());
  EXPECT_EQ(written.input.lanes, 16);
  EXPECT_EQ(written.input.tdata_width(), 128);
  EXPECT_EQ(written.outputs[0].lanes, 5);
  EXPECT_EQ(written.outputs[0].tdata_width(), 64);

  const std::vector<std::int32_t> inputs = test::random_inputs(model, 2, kFrames);
  const VerilogRunner runner({{written, model}}, work.path().string(),
                             {.macros = {}, .optimisation = "-O0"});
  const Played played = runner.play(0, inputs, kFrames);
  ASSERT_EQ(played.fault, "");
  EXPECT_EQ(played.outputs, runtime::Engine(model, 1).run(inputs, kFrames));
  const circuit::Cycles cycles = circuit::count_cycles(backends::verilog_circuit(network, folding));
  EXPECT_EQ(cycles.interval, 1);
  ASSERT_EQ(std::ssize(played.end_cycles), kFrames);
  for (std::int64_t i = 0; i < kFrames; ++i)
    EXPECT_EQ(played.end_cycles[static_cast<std::size_t>(i)],
              played.first_cycle + cycles.latency - 1 + i);
}

// 9 of 16 bytes, and 5 of 8; with ports of 8 bits, a byte each.
TEST(Ports, ThatAreNotFullAreCleanUnderEveryTool) {
  const graph::FrozenModel model = tagger({9, 6}, 5);
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 2, 3);
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, 3);
  const dataflow::Folding folding =
      circuit::plan(dataflow::lower(graph::Analyzed(model)), {}, {}).folding;
  for (const std::int64_t axi_bits : {0, 8}) {
    const char* beats = axi_bits == 0 ? "3 beats" : "15 beats";
    const TemporaryDirectory work;
    const fs::path project = work.path() / "project";
    backends::export_project(
        backends::target_named("verilog"), graph::Analyzed(model), project.string(),
        {.folding = folding, .axi_bits = axi_bits, .golden_inputs = inputs, .golden_outputs = outputs});
    const backends::Project written = backends::read_project(project.string());
    EXPECT_EQ(written.axi_bits, axi_bits);
    EXPECT_EQ(written.input.tdata_width(), axi_bits == 0 ? 128 : 8);
    for (const char* goal : {"test", "verilator"}) {
      const ProcessResult bench = run_process({"make", "-s", "-C", project.string(), goal});
      EXPECT_EQ(bench.exit_code, 0) << bench.output;
      EXPECT_THAT(bench.output, HasSubstr(std::string("PASS: 3 frames, ") + beats));
      EXPECT_THAT(bench.output, testing::Not(HasSubstr("warning")));
    }
    const ProcessResult lint = run_process({"make", "-s", "-C", project.string(), "lint"});
    EXPECT_EQ(lint.exit_code, 0) << lint.output;
    EXPECT_EQ(lint.output, "");
  }
}

}  // namespace
}  // namespace qfx::verify
