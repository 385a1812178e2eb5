// A FIFO with fewer words than were proved to be needed: the design stands still, and it is said
// who waits for whom.
#include <fstream>
#include <gmock/gmock.h>

#include "circuit/depths.h"
#include "support/random_numbers.h"
#include "verify/verilog_runner.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

graph::FrozenModel residual() {
  graph::Builder b("residual");
  const graph::NodeId x = b.relu(b.input({2, 8, 8}));
  const graph::NodeId y =
      b.conv2d(x, {.out_channels = 2, .kernel = {5, 5}, .padding = {2, 2}}, "conv");
  b.add(y, x, "add");
  return test::with_random_numbers(b.finish());
}

// The link that needs the most words, and how many.
std::pair<circuit::LinkId, std::int64_t> deepest(circuit::Circuit& circuit) {
  circuit::LinkId deepest = 0;
  for (circuit::LinkId id = 0; id < std::ssize(circuit.links); ++id)
    if (circuit.links[id].depth > circuit.links[deepest].depth) deepest = id;
  while (circuit::completes(circuit)) --circuit.links[deepest].depth;
  return {deepest, circuit.links[deepest].depth + 1};
}

void set_depth(const fs::path& top, circuit::LinkId link, std::int64_t depth) {
  std::string text = read_file(top);
  const std::size_t end = text.find(fmt::format(") fifo_{} (", link));
  ASSERT_NE(end, std::string::npos);
  const std::size_t begin = text.rfind(".DEPTH(", end);
  text.replace(begin, text.find(')', begin) - begin, fmt::format(".DEPTH({}", depth));
  std::ofstream(top) << text;
}

TEST(ShallowFifo, StandsStillAndSaysWhoWaits) {
  const graph::FrozenModel model = residual();
  const graph::Analyzed analyzed(model);
  circuit::Circuit circuit = circuit::fold(dataflow::lower(analyzed), {});
  const auto [link, needed] = deepest(circuit);
  ASSERT_GT(needed, 16);
  // What a pipeline holds counts too in hardware: one word less than it needs without may still do.
  std::int64_t held = 0;
  for (const circuit::Engine& engine : circuit.engines) held += engine.latency;
  const std::vector<std::int64_t> depths{needed, needed - 1,
                                         std::max<std::int64_t>(1, needed - held)};
  const TemporaryDirectory work;
  std::vector<VerilogTop> tops;
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const fs::path project = work.path() / fmt::format("depth_{}", i);
    backends::export_project(backends::target_named("verilog"), analyzed, project.string(),
                             {.top = fmt::format("depth_{}", i)});
    set_depth(project / "rtl" / fmt::format("depth_{}.v", i), link, depths[i]);
    tops.push_back({backends::read_project(project.string()), model});
  }
  const VerilogRunner runner(tops, work.path().string(), {.optimisation = "-O0"});
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 3, 3);
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, 3);
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const Played played = runner.play(i, inputs, 3, {.patience = 5000});
    if (depths[i] == needed) {
      EXPECT_EQ(played.fault, "");
      EXPECT_EQ(played.outputs, outputs);
    } else if (depths[i] <= needed - held) {
      EXPECT_THAT(played.fault, HasSubstr("nothing moves"));
      EXPECT_THAT(played.fault, testing::ContainsRegex("qfx: .* waits for input [01], frame 0"));
      EXPECT_THAT(played.fault, testing::ContainsRegex("qfx: .* blocked by output [01], frame 0"));
    } else {
      std::printf("one word less than %ld: %s\n", static_cast<long>(needed),
                  played.fault.empty() ? "goes on, by what pipelines hold" : "stands still");
    }
  }
}

}  // namespace
}  // namespace qfx::verify
