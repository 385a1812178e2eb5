// The time of circuits to the cycle: random models with random folds, with FIFOs as proved and with
// those of full speed, in the model of cycles and in Verilator. And FIFOs that are a word too
// shallow, which must stall in both.
#include <algorithm>
#include <cstdio>
#include <gtest/gtest.h>

#include "backends/verilog/copy_support.h"
#include "backends/verilog/design.h"
#include "backends/verilog/print_engine.h"
#include "backends/verilog/print_top.h"
#include "circuit/clocked_run.h"
#include "circuit/depths.h"
#include "support/random_axi_bits.h"
#include "support/random_folding.h"
#include "support/random_model.h"
#include "support/random_numbers.h"
#include "support/random_run.h"
#include "verify/verilog_runner.h"

#include "qfx/base/file.h"
#include "qfx/circuit/cycles.h"
#include "qfx/circuit/speed.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"

namespace qfx::verify {
namespace {

using circuit::Circuit;

constexpr int kFrames = 4;
// So many circuits share one program: its own parts cost as much as one of them.
constexpr std::int64_t kGroup = 10;

// The circuit as a project in its own folder.
VerilogTop write_project(const Circuit& circuit, const std::string& folder,
                         const std::string& top) {
  using namespace backends::verilog;
  const Design design = make_design(circuit, top);
  backends::Files files;
  files["rtl/" + design.top + ".v"] = print_top(design);
  for (std::size_t i = 0; i < circuit.engines.size(); ++i) {
    const EngineText text = print_engine({circuit, design.engines[i]}, circuit.engines[i]);
    files["rtl/" + design.engines[i] + ".v"] = text.module;
    for (const auto& [name, content] : text.memories) files["mem/" + name] = content;
  }
  copy_support(files);
  for (const auto& [name, content] : files) {
    const std::filesystem::path path = std::filesystem::path(folder) / name;
    std::filesystem::create_directories(path.parent_path());
    write_file_atomically(path, content);
  }
  std::vector<backends::Port> outputs;
  for (const backends::board::Port& port : design.outputs)
    outputs.push_back({port.name, port.lanes, port.container});
  return {.project = {.directory = folder,
                      .target = "verilog",
                      .top = design.top,
                      .space = {},
                      .nodes = {},
                      .input = {"s_axis", design.input.lanes, design.input.container},
                      .outputs = std::move(outputs)},
          .model = circuit.network.model()};
}

// Several circuits as one program.
class Bundle {
 public:
  explicit Bundle(const std::vector<Circuit>& circuits) {
    std::vector<VerilogTop> tops;
    for (std::size_t i = 0; i < circuits.size(); ++i)
      tops.push_back(write_project(circuits[i], (folder_.path() / std::to_string(i)).string(),
                                   fmt::format("top_{}", i)));
    runner_.emplace(tops, folder_.path().string(),
                    VerilatorOptions{.macros = {"QFX_STALL"}, .optimisation = "-O0"});
  }

  Played play(std::size_t index, std::span<const std::int32_t> inputs, const Play& how = {}) const {
    return runner_->play(index, inputs, kFrames, how);
  }

 private:
  TemporaryDirectory folder_;
  std::optional<VerilogRunner> runner_;
};

// Empty where Verilator says what the model of cycles says.
std::string difference(const Circuit& circuit, const Bundle& bundle, std::size_t index) {
  const graph::FrozenModel& model = circuit.network.model();
  const std::vector<std::int32_t> inputs = test::random_raw_input(model, 3, kFrames);
  const circuit::Cycles expected = circuit::count_cycles(circuit, kFrames);
  const Played played = bundle.play(index, inputs);
  if (!played.fault.empty()) return played.fault;
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, kFrames);
  if (played.outputs != outputs) return "other outputs";
  // Depths as proved hold whoever is slow.
  for (const Play& how : {Play{.sink = "random:4", .stalls = 6},
                          {.source = "every:7", .stalls = 2},
                          {.source = "burst:9:40", .sink = "burst:30:50"}}) {
    const Played stalled = bundle.play(index, inputs, how);
    if (!stalled.fault.empty()) return stalled.fault;
    if (stalled.outputs != outputs) return "other outputs under stalls";
  }
  const std::int64_t latency = played.end_cycles[0] - played.first_cycle + 1;
  const std::int64_t interval = played.end_cycles[kFrames - 1] - played.end_cycles[kFrames - 2];
  if (latency != expected.latency || interval != expected.interval)
    return fmt::format("latency {} and interval {}, the model of cycles says {} and {}", latency,
                       interval, expected.latency, expected.interval);
  for (std::size_t link = 0; link < circuit.links.size(); ++link)
    if (played.high_water[link] != expected.high_water[link])
      return fmt::format("link {} of depth {} held {} words, the model of cycles says {}", link,
                         circuit.links[link].depth, played.high_water[link],
                         expected.high_water[link]);
  return "";
}

// Of a seed: folded at random, with FIFOs as proved, of full speed, or of any depth beyond.
Circuit random_circuit(std::uint64_t seed) {
  const test::Case one = test::random_case(seed, 1, {.max_nodes = 8, .max_products = 3000});
  const dataflow::Network network = dataflow::lower(graph::Analyzed(graph::freeze(one.model)));
  const std::int64_t axi_bits = test::random_axi_bits(seed, network.model());
  Circuit circuit = circuit::fold(network, test::random_folding(seed, network),
                                  axi_bits == 0 ? circuit::kMostBeatBits : axi_bits);
  test::Rng rng(seed);
  if (seed % 3 == 1) circuit::deepen_for_speed(circuit);
  if (seed % 3 == 2)
    for (circuit::Link& link : circuit.links) link.depth += rng.pick({0, 0, 1, 5, 64});
  return circuit;
}

TEST(VerilogCycles, AreThoseOfTheModelOfCycles) {
  const test::RandomRun run = test::random_run(8, 1000);
  for (std::int64_t first = 0; first < run.count; first += kGroup) {
    std::vector<Circuit> circuits;
    for (std::int64_t i = first; i < std::min(run.count, first + kGroup); ++i)
      circuits.push_back(random_circuit(run.seed + static_cast<std::uint64_t>(i)));
    const Bundle bundle(circuits);
    for (std::size_t i = 0; i < circuits.size(); ++i)
      EXPECT_EQ(difference(circuits[i], bundle, i), "")
          << "seed " << run.seed + static_cast<std::uint64_t>(first) + i
          << " (repeat with --seed and --count 1)";
  }
}

// x + convolutions of x. With an odd number of elements a beat is one of them.
std::vector<Circuit> branches_that_meet() {
  std::vector<Circuit> circuits;
  for (const int convolutions : {1, 2, 3}) {
    graph::Builder builder("residual");
    const graph::NodeId x = builder.input({3, 5, 7});
    graph::NodeId y = x;
    for (int i = 0; i < convolutions; ++i)
      y = builder.conv2d(y, {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}});
    builder.add(y, builder.relu(x));
    const graph::FrozenModel model = test::with_random_numbers(builder.finish());
    circuits.push_back(circuit::fold(dataflow::lower(graph::Analyzed(model)), {}));
  }
  return circuits;
}

// A word less in the FIFO that holds most stalls the hardware exactly where the model says so, and
// the program says who waits for whom.
TEST(VerilogCycles, AFifoAWordTooShallowStalls) {
  std::vector<Circuit> circuits;
  for (Circuit circuit : branches_that_meet()) {
    circuit::Link& deepest = *std::ranges::max_element(circuit.links, {}, &circuit::Link::depth);
    const std::int64_t proved = deepest.depth;
    EXPECT_GT(proved, 8);
    // Registers hold a few words that the proof does not count.
    while (circuit::ClockedRun(circuit, kFrames).run()) --deepest.depth;
    EXPECT_GT(deepest.depth, proved - 16);
    EXPECT_FALSE(circuit::completes(circuit));
    circuits.push_back(circuit);
    ++deepest.depth;
    circuits.push_back(circuit);
  }
  const Bundle bundle(circuits);
  for (std::size_t i = 0; i < circuits.size(); i += 2) {
    const graph::FrozenModel& model = circuits[i].network.model();
    const Played stalled =
        bundle.play(i, test::random_raw_input(model, 3, kFrames), {.patience = 20000});
    EXPECT_THAT(stalled.fault, testing::HasSubstr("nothing moves"));
    EXPECT_THAT(stalled.fault, testing::HasSubstr("blocked by output"));
    EXPECT_THAT(stalled.fault, testing::HasSubstr("waits for input"));
    EXPECT_EQ(difference(circuits[i + 1], bundle, i + 1), "");
  }
}

}  // namespace
}  // namespace qfx::verify
