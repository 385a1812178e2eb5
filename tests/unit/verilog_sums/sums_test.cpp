// Engines of sums and pools of random networks: every word under random stalls, and that the tools
// have nothing to say.
#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <map>

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

// How often each form of engine occurred, and of it what makes a difference in the printed text.
struct Seen {
  std::map<std::string, int> count;

  static constexpr std::array kForms{"ring", "depthwise", "walk",         "stepwise",
                                     "max",  "mean",      "mean, shifted"};
  static constexpr int kWanted = 2;

  bool has_all() const {
    return std::ranges::all_of(kForms, [&](const char* form) { return is_known(form); });
  }
  bool is_known(const std::string& form) const {
    const auto found = count.find(form);
    return found != count.end() && found->second >= kWanted;
  }

  void add(const Circuit& circuit, const Engine& engine) {
    const std::string form = form_of(circuit, engine);
    ++count[form];
    if (const auto* pool = std::get_if<circuit::Pool>(&engine.part)) {
      if (work_of<dataflow::WindowReduce>(circuit, pool->process).accumulator)
        ++count["mean, rounded"];
      return;
    }
    const auto& work =
        work_of<dataflow::MultiplyAccumulate>(circuit, std::get<Sums>(engine.part).process);
    if (work.gate) ++count[form + ", gate"];
    if (work.level_bits > 0 && !work.gate) ++count[form + ", levels"];
    if (work.factor.binary && work.level_bits == 0) ++count[form + ", binary"];
    if (work.factor.digits > 0) ++count[form + ", K-hot"];
  }

  static std::string form_of(const Circuit& circuit, const Engine& engine) {
    if (const auto* sums = std::get_if<Sums>(&engine.part))
      return kForms[static_cast<std::size_t>(sums->form)];
    const auto& work =
        work_of<dataflow::WindowReduce>(circuit, std::get<circuit::Pool>(engine.part).process);
    return work.mean ? (work.mean->divisor == 1 ? "mean, shifted" : "mean") : "max";
  }

 private:
  template <class Work>
  static const Work& work_of(const Circuit& circuit, circuit::ProcessId id) {
    return std::get<Work>(circuit.network.processes[static_cast<std::size_t>(id)].work);
  }
};

// Puts a random network's engines of sums and pools into a bench; of a network that is looked at
// for what is rare, those alone whose form is not known yet.
void add_engines(test::EngineBench& bench, std::uint64_t seed, bool for_rare, Seen& seen) {
  const test::Case one = test::random_case(seed, test::kFrames, {.max_products = 400});
  const graph::FrozenModel model = graph::freeze(one.model);
  dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  const Circuit circuit = circuit::fold(network, test::random_folding(seed, network));
  std::vector<runtime::RawTensor> values;  // where an engine asks for them
  for (std::size_t e = 0; e < circuit.engines.size(); ++e) {
    const Engine& engine = circuit.engines[e];
    const bool is_ours = std::holds_alternative<Sums>(engine.part) ||
                         std::holds_alternative<circuit::Pool>(engine.part);
    if (!is_ours || (for_rare && seen.is_known(Seen::form_of(circuit, engine)))) continue;
    seen.add(circuit, engine);
    if (values.empty())
      values = runtime::Engine(model, 1).run_all(test::random_raw_input(model, seed, test::kFrames),
                                                 test::kFrames);
    const test::EngineUnderTest engine_test =
        test::engine_case(circuit, engine, values, fmt::format("m{}_{}", seed, e));
    bench.add(engine_test);
    if (e % 4 == 1) {
      EXPECT_EQ(test::complaints_about(engine_test), "") << engine_test.words.module;
    }
  }
}

TEST(VerilogSums, EveryWordOfRandomNetworks) {
  const test::RandomRun run = test::random_run(40, 1000);
  Seen seen;
  constexpr std::int64_t kGroup = 20;
  for (std::int64_t first = 0; first < run.count; first += kGroup) {
    test::EngineBench bench;
    for (std::int64_t i = first; i < std::min(first + kGroup, run.count); ++i)
      add_engines(bench, run.seed + static_cast<std::uint64_t>(i), false, seen);
    ASSERT_GT(bench.size(), 0U);
    EXPECT_EQ(bench.problems(40000), "") << "seeds from " << run.seed + first;
  }
  // Of so few networks some forms are in none: further ones, until each has been seen.
  constexpr std::int64_t kMost = 2000;
  test::EngineBench rare;
  for (std::int64_t i = run.count; i < run.count + kMost && !seen.has_all(); ++i)
    add_engines(rare, run.seed + static_cast<std::uint64_t>(i), true, seen);
  if (rare.size() > 0) {
    EXPECT_EQ(rare.problems(40000), "") << "seeds from " << run.seed + run.count;
  }
  for (const char* form : Seen::kForms) EXPECT_GE(seen.count[form], Seen::kWanted) << form;
  std::string text;
  for (const auto& [what, count] : seen.count) text += fmt::format("; {} {}", what, count);
  std::printf("engines%s, %zu of them looked for\n", text.c_str(), rare.size());
}

}  // namespace
}  // namespace qfx::backends::verilog
