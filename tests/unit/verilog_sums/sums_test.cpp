// Engines of sums and pools of random networks: every word under random stalls, and that the tools
// have nothing to say.
#include <gtest/gtest.h>

#include "engine_bench.h"
#include "support/random_folding.h"
#include "support/random_run.h"
#include "support/verilog_tools.h"

#include "qfx/base/file.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/freeze.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Circuit;
using circuit::Engine;
using circuit::Sums;

// What occurred in the networks of a test.
struct Seen {
  std::map<std::string, int> count;

  void add(const Circuit& circuit, const Engine& engine) {
    if (const auto* pool = std::get_if<circuit::Pool>(&engine.part)) {
      const auto& work = std::get<dataflow::WindowReduce>(
          circuit.network.processes[static_cast<std::size_t>(pool->process)].work);
      ++count[work.mean ? (work.mean->divisor == 1 ? "mean, shifted" : "mean") : "max"];
      if (work.accumulator) ++count["mean, rounded"];
      return;
    }
    const auto& sums = std::get<Sums>(engine.part);
    const auto& work = std::get<dataflow::MultiplyAccumulate>(
        circuit.network.processes[static_cast<std::size_t>(sums.process)].work);
    const std::vector<std::string> forms{"ring", "depthwise", "walk", "stepwise"};
    const std::string form = forms[static_cast<std::size_t>(sums.form)];
    ++count[form];
    if (work.gate) ++count[form + ", gate"];
    if (work.level_bits > 0 && !work.gate) ++count[form + ", levels"];
    if (work.factor.binary && work.level_bits == 0) ++count[form + ", binary"];
    if (work.factor.digits > 0) ++count[form + ", K-hot"];
  }
};

TEST(VerilogSums, EveryWordOfRandomNetworks) {
  const test::RandomRun run = test::random_run(24, 1000);
  Seen seen;
  constexpr std::int64_t kGroup = 20;
  for (std::int64_t first = 0; first < run.count; first += kGroup) {
    test::EngineBench bench;
    for (std::int64_t i = first; i < std::min(first + kGroup, run.count); ++i) {
      const std::uint64_t seed = run.seed + static_cast<std::uint64_t>(i);
      const test::Case one = test::random_case(seed, test::kFrames, {.max_products = 400});
      const graph::FrozenModel model = graph::freeze(one.model);
      const std::vector<std::int32_t> input = test::random_raw_input(model, seed, test::kFrames);
      const auto values = runtime::Engine(model, 1).run_all(input, test::kFrames);
      dataflow::Network network = dataflow::lower(graph::Analyzed(model));
      const Circuit circuit = circuit::fold(network, test::random_folding(seed, network));
      for (std::size_t e = 0; e < circuit.engines.size(); ++e) {
        const Engine& engine = circuit.engines[e];
        const bool is_ours = std::holds_alternative<Sums>(engine.part) ||
                             std::holds_alternative<circuit::Pool>(engine.part);
        if (!is_ours) continue;
        seen.add(circuit, engine);
        const test::EngineUnderTest engine_test =
            test::engine_case(circuit, engine, values, fmt::format("m{}_{}", seed, e));
        bench.add(engine_test);
        if (e % 4 == 1) {
          EXPECT_EQ(test::complaints_about(engine_test), "") << engine_test.words.module;
        }
      }
    }
    ASSERT_GT(bench.size(), 0U);
    EXPECT_EQ(bench.problems(40000), "") << "seeds from " << run.seed + first;
  }
  for (const char* what : {"ring", "depthwise", "walk", "stepwise", "max", "mean"})
    EXPECT_GT(seen.count[what], 0) << what;
}

}  // namespace
}  // namespace qfx::backends::verilog
