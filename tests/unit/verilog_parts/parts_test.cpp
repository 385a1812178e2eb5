// Engines of random networks as Verilog, each alone, against the runtime's values: every bit, and
// without stalls the cycle.
#include <gtest/gtest.h>
#include <map>
#include <sstream>

#include "backends/verilog/print_chain.h"
#include "backends/verilog/print_whole.h"
#include "support/random_folding.h"
#include "support/random_numbers.h"
#include "support/random_run.h"
#include "unit/verilog_parts/engine_bench.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/circuit/circuit.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::test {
namespace {

using backends::verilog::Context;
using backends::verilog::EngineText;
using circuit::Circuit;
using circuit::Engine;

constexpr std::int64_t kFrames = 3;

// The engines that are tested here.
std::optional<EngineText> print(const Context& context, const Engine& engine) {
  if (const auto* chain = std::get_if<circuit::Chain>(&engine.part))
    return print_chain(context, engine, *chain);
  if (const auto* spread = std::get_if<circuit::Spread>(&engine.part))
    return print_spread(context, engine, *spread);
  if (const auto* plane = std::get_if<circuit::Plane>(&engine.part))
    return print_plane(context, engine, *plane);
  if (const auto* softmax = std::get_if<circuit::Softmax>(&engine.part))
    return print_softmax(context, engine, *softmax);
  return {};
}

// Which kinds of nodes were seen.
using Kinds = std::map<std::string, int>;

void note(const Circuit& circuit, const Engine& engine, Kinds& kinds) {
  const auto count = [&](circuit::ProcessId id) {
    const auto& process = circuit.network.processes[static_cast<std::size_t>(id)];
    ++kinds[std::string(graph::kind_name(circuit.network.node(process.node).op))];
  };
  if (const auto* chain = std::get_if<circuit::Chain>(&engine.part))
    std::ranges::for_each(chain->processes, count);
  if (const auto* spread = std::get_if<circuit::Spread>(&engine.part)) count(spread->process);
  if (const auto* plane = std::get_if<circuit::Plane>(&engine.part)) count(plane->process);
  if (const auto* softmax = std::get_if<circuit::Softmax>(&engine.part)) count(softmax->process);
}

// Many words of one engine show no more than a few.
constexpr std::int64_t kMostSteps = 6000;

std::int64_t steps_of(const Engine& engine) {
  std::int64_t steps = 0;
  for (const circuit::Round& round : engine.behaviour.rounds) steps += round.count;
  return steps;
}

void add_engines(EngineBench& bench, const graph::FrozenModel& model, std::uint64_t seed,
                 const dataflow::Folding& folding, Kinds& kinds) {
  const Circuit circuit = circuit::fold(dataflow::lower(graph::Analyzed(model)), folding);
  const auto input = random_raw_input(model, seed, kFrames);
  const auto values = runtime::Engine(model, 1).run_all(input, kFrames);
  for (std::size_t i = 0; i < circuit.engines.size(); ++i) {
    const Engine& engine = circuit.engines[i];
    if (steps_of(engine) > kMostSteps) continue;
    const std::string name = fmt::format("m{}_{}", seed, i);
    const std::optional<EngineText> text = print({circuit, name}, engine);
    if (!text) continue;
    note(circuit, engine, kinds);
    bench.add(circuit, engine, *text, name, values, kFrames);
  }
}

void add_model(EngineBench& bench, std::uint64_t seed, Kinds& kinds) {
  const graph::FrozenModel model = graph::freeze(random_case(seed, 1).model);
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  add_engines(bench, model, seed, random_folding(seed, network), kinds);
}

fixed::Format random_format(Rng& rng) {
  const int width = static_cast<int>(rng.between(2, 9));
  fixed::Format format{.width = width,
                       .int_bits = static_cast<int>(rng.between(-1, width + 1)),
                       .is_signed = rng.chance(0.7),
                       .rounding = static_cast<fixed::Rounding>(rng.below(fixed::kRoundingCount)),
                       .overflow = static_cast<fixed::Overflow>(rng.below(fixed::kOverflowCount))};
  if (format.overflow == fixed::Overflow::WRAP_SM) format.is_signed = true;
  return format;
}

void expect_right(const std::vector<EngineBench::Result>& results) {
  for (const EngineBench::Result& result : results) EXPECT_EQ(result.failure, "") << result.name;
}

TEST(VerilogParts, GiveTheRuntimesBitsInTime) {
  EngineBench bench;
  Kinds kinds;
  const RandomRun run = random_run(16, 1000);
  for (std::int64_t i = 0; i < run.count; ++i)
    add_model(bench, run.seed + static_cast<std::uint64_t>(i), kinds);
  expect_right(bench.run_in_icarus());
  std::string text;
  for (const auto& [kind, count] : kinds) text += fmt::format(" {} {}", kind, count);
  std::printf("%zu benches:%s\n", bench.size(), text.c_str());
}

// What is rare among random networks, in every mode.
TEST(VerilogParts, WholePlanesVectorsAndThresholds) {
  EngineBench bench;
  Kinds kinds;
  for (std::uint64_t seed = 7001; seed <= 7024; ++seed) {
    Rng rng(seed);
    graph::Builder builder("rare");
    const std::int64_t channels = rng.pick({1, 2, 4, 6});
    const auto kind = seed % 4;
    graph::NodeId x = kind == 0 ? builder.input({channels})
                                : builder.input({channels, rng.between(1, 4), rng.between(1, 4)});
    std::string name = "y";
    if (kind < 2)
      builder.softmax(x, {.table_width = rng.between(2, 12)}, name);
    else if (kind == 2)
      builder.append(
          graph::GlobalAvgPool2d{.accumulator = rng.chance(0.5) ? std::optional(random_format(rng))
                                                                : std::nullopt},
          {x}, name);
    else
      builder.thermometer(x, {.levels = rng.between(1, 4)}, name);
    const graph::FrozenModel model = with_random_numbers(
        builder.finish(), {.seed = seed, .adjust = [&](graph::FrozenNode& node) {
                             node.format = random_format(rng);
                           }});
    dataflow::Folding folding;
    if (kind == 2) folding[name].pe = rng.chance(0.5) ? channels : 1;
    add_engines(bench, model, seed, folding, kinds);
  }
  for (const char* kind : {"global_avg_pool2d", "softmax", "thermometer"})
    EXPECT_GE(kinds[kind], 6) << kind;
  expect_right(bench.run_in_icarus());
  EXPECT_EQ(bench.complaints(3), "");
}

// What Yosys says after these commands on the only module.
std::string yosys(const EngineBench& bench, const std::string& commands) {
  VerilogSources sources = bench.sources();
  for (const auto& [file, text] : sources.files)
    if (file.ends_with(".v")) sources.top = file.substr(0, file.size() - 2);
  const TemporaryDirectory folder;
  write_sources(sources, folder.path());
  return run_in_yosys(sources, folder.path(), commands);
}

// Cells of the last statistics that Yosys printed, whose names begin so.
int cells_of(const std::string& said, const std::string& kind) {
  std::istringstream lines(said);
  int cells = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("Printing statistics") != line.npos) cells = 0;
    std::istringstream words(line);
    std::string cell;
    int count = 0;
    if (words >> cell >> count && cell.starts_with(kind)) cells += count;
  }
  return cells;
}

// A block's element-wise part as in FracBNN: three scales and two slopes for 16 channels, two
// lanes.
EngineBench block(int k_hot, bool signed_digits) {
  graph::Builder builder("block");
  graph::NodeId x = builder.input({16, 2, 2});
  x = builder.prelu(builder.batch_norm(x, {}, "bn"), {.num_parameters = 16}, "slope");
  x = builder.prelu(builder.batch_norm(x, {}, "bn2"), {.num_parameters = 16}, "slope2");
  builder.batch_norm(x, {}, "bn3");
  const graph::FrozenModel model = with_random_numbers(
      builder.finish(),
      {.width = 12, .per_channel = true, .k_hot = k_hot, .signed_digits = signed_digits});
  EngineBench bench;
  Kinds kinds;
  add_engines(bench, model, 1, {{"bn", {.pe = 2}}}, kinds);
  return bench;
}

// Constants with few ones by row: shifts that occur, no multiplier before or after mapping.
TEST(VerilogParts, FewOnesNeedNoMultiplier) {
  const std::string none = "proc; select -assert-none t:$mul";
  for (const bool signed_digits : {false, true}) {
    const EngineBench bench = block(2, signed_digits);
    ASSERT_EQ(bench.size(), 2U);
    expect_right(bench.run_in_icarus());
    yosys(bench, none);
  }
  EXPECT_THROW(yosys(block(0, false), none), UserError);  // the check sees multipliers
  const std::string said =
      yosys(block(2, false),
            "synth_xilinx -family xcup -nowidelut -noiopad -noclkbuf -flatten -top m1_1; stat");
  std::printf("%d LUT, %d FF\n", cells_of(said, "LUT"), cells_of(said, "FD"));
  EXPECT_EQ(cells_of(said, "DSP"), 0);
  EXPECT_GT(cells_of(said, "LUT"), 100);
  EXPECT_LT(cells_of(said, "LUT"), 1500);
}

TEST(VerilogParts, AreCleanAndRunInVerilator) {
  EngineBench bench;
  Kinds kinds;
  for (std::uint64_t seed = 1000; seed < 1003; ++seed) add_model(bench, seed, kinds);
  EXPECT_EQ(bench.complaints(20), "");
  expect_right(bench.run_in_verilator());
}

}  // namespace
}  // namespace qfx::test
