// Engines of random networks as Verilog, each alone, against the runtime's values: every bit, and
// without stalls the cycle.
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "backends/verilog/print_chain.h"
#include "backends/verilog/print_whole.h"
#include "support/random_folding.h"
#include "support/random_run.h"
#include "unit/verilog_parts/engine_bench.h"

#include "qfx/circuit/circuit.h"
#include "qfx/dataflow/lower.h"
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
}

void add_model(EngineBench& bench, std::uint64_t seed, Kinds& kinds) {
  const graph::FrozenModel model = graph::freeze(random_case(seed, 1).model);
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const Circuit circuit = circuit::fold(network, random_folding(seed, network));
  const auto input = random_raw_input(model, seed, kFrames);
  const auto values = runtime::Engine(model, 1).run_all(input, kFrames);
  for (std::size_t i = 0; i < circuit.engines.size(); ++i) {
    const Engine& engine = circuit.engines[i];
    const std::string name = fmt::format("m{}_{}", seed, i);
    const std::optional<EngineText> text = print({circuit, name}, engine);
    if (!text) continue;
    note(circuit, engine, kinds);
    bench.add(circuit, engine, *text, name, values, kFrames);
  }
}

void expect_right(const std::vector<EngineBench::Result>& results) {
  for (const EngineBench::Result& result : results) EXPECT_EQ(result.failure, "") << result.name;
}

TEST(VerilogParts, GiveTheRuntimesBitsInTime) {
  EngineBench bench;
  Kinds kinds;
  const RandomRun run = random_run(24, 1000);
  for (std::int64_t i = 0; i < run.count; ++i)
    add_model(bench, run.seed + static_cast<std::uint64_t>(i), kinds);
  expect_right(bench.run_in_icarus());
  std::string text;
  for (const auto& [kind, count] : kinds) text += fmt::format(" {} {}", kind, count);
  std::printf("%zu benches:%s\n", bench.size(), text.c_str());
}

TEST(VerilogParts, AreCleanAndRunInVerilator) {
  EngineBench bench;
  Kinds kinds;
  for (std::uint64_t seed = 1000; seed < 1004; ++seed) add_model(bench, seed, kinds);
  EXPECT_EQ(bench.complaints(), "");
  expect_right(bench.run_in_verilator());
}

}  // namespace
}  // namespace qfx::test
