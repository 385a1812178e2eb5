// The planner against every folding there is, on networks small enough to try all.
#include "qfx/circuit/plan.h"

#include <ctime>
#include <gtest/gtest.h>
#include <limits>

#include "circuit/behaviour.h"
#include "circuit/choices.h"
#include "circuit/depths.h"
#include "circuit/resources.h"
#include "circuit/search.h"
#include "support/random_numbers.h"
#include "support/user_error.h"

#include "qfx/dataflow/lower.h"
#include "qfx/dataflow/pixel_fold.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/builder.h"

namespace qfx::circuit {
namespace {

using dataflow::Fold;
using dataflow::Folding;
using dataflow::Network;
using graph::Builder;
using graph::NodeId;

// As the planner prices where an interval is asked for.
constexpr Prices kPrices{.luts = 1, .registers = 0.01, .dsps = 196, .brams = 163};

Network lowered(const graph::Model& model, const test::RandomNumbers& numbers = {}) {
  return dataflow::lower(graph::Analyzed(test::with_random_numbers(model, numbers)));
}

// Channels that no lanes fit but one and themselves, beside some that many do.
Network chain_network() {
  Builder b("chain");
  NodeId x = b.input({2, 4, 4});
  x = b.conv2d(x, {.out_channels = 5, .kernel = {2, 2}}, "conv");
  x = b.relu(x, "relu");
  b.conv2d(x, {.out_channels = 4, .kernel = {1, 1}}, "last");
  return lowered(b.finish());
}

Network residual_network() {
  Builder b("residual");
  NodeId x = b.input({2, 4, 4});
  x = b.conv2d(x, {.out_channels = 4, .kernel = {1, 1}}, "first");
  const NodeId y = b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}, "conv");
  b.add(y, x, "sum");
  return lowered(b.finish());
}

std::vector<Fold> folds_of(const Network& network, const dataflow::Process& process) {
  std::vector<Fold> folds;
  if (const auto* sums = std::get_if<dataflow::MultiplyAccumulate>(&process.work)) {
    const std::int64_t inputs = sums->factor.values.shape[2], taps = sums->factor.values.shape[1];
    std::vector<std::int64_t> operands = divisors(inputs);
    if (taps > 1) operands.push_back(taps * inputs);
    for (std::int64_t pe = 1; pe <= dataflow::outputs_of(*sums); ++pe)
      for (std::int64_t simd : operands) folds.push_back({pe, simd});
    return folds;
  }
  for (std::int64_t lanes : divisors(network.streams[process.outputs[0]].layout.lanes))
    folds.push_back({lanes, 0});
  return folds;
}

std::int64_t interval_of(const Circuit& circuit) {
  std::int64_t interval = 0;
  for (const LinkId output : circuit.outputs)
    interval = std::max(interval, circuit.links[output].words());
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id)
    interval = std::max(interval, cycles_alone(circuit, id));
  return interval;
}

double price_of(Circuit circuit) {
  for (Link& link : circuit.links) link.depth = kLeastDepth;
  return price(kPrices, total_resources(circuit), 0);
}

struct Tried {
  std::int64_t interval;
  double price;
};

void try_all(const Network& network, std::size_t process, Folding& folding,
             std::vector<Tried>& tried) {
  while (process < network.processes.size() && !computes(network.processes[process])) ++process;
  if (process == network.processes.size()) {
    const Circuit circuit = fold(network, folding);
    tried.push_back({interval_of(circuit), price_of(circuit)});
    return;
  }
  for (const Fold& fold : folds_of(network, network.processes[process])) {
    folding[network.node(network.processes[process].node).name] = fold;
    try_all(network, process + 1, folding, tried);
  }
}

void expect_optimal(const Network& network) {
  std::vector<Tried> tried;
  Folding folding;
  try_all(network, 0, folding, tried);
  ASSERT_GT(tried.size(), 200u);
  for (std::int64_t interval : {20, 36, 60, 100, 200, 1000}) {
    double least = std::numeric_limits<double>::infinity();
    for (const Tried& one : tried)
      if (one.interval <= interval) least = std::min(least, one.price);
    if (least == std::numeric_limits<double>::infinity()) {
      EXPECT_NE(test::user_error_of([&] { plan(network, {}, {.interval = interval}); }), "");
      continue;
    }
    const Plan chosen = plan(network, {}, {.interval = interval});
    const Circuit circuit = fold(network, chosen.folding);
    EXPECT_EQ(chosen.interval, interval_of(circuit)) << interval;
    EXPECT_LE(chosen.interval, interval);
    EXPECT_NEAR(price_of(circuit), least, 1e-6 * least) << interval;
    EXPECT_NEAR(price(kPrices, chosen.resources, 0), least, 1e-6 * least) << interval;
  }
}

TEST(Plan, IsTheCheapestOfAllFoldingsOfAChain) {
  expect_optimal(chain_network());
}

TEST(Plan, IsTheCheapestOfAllFoldingsOfAResidual) {
  expect_optimal(residual_network());
}

TEST(Plan, KeepsWhatIsGiven) {
  const Network network = chain_network();
  const Plan chosen = plan(network, {{"conv", {.pe = 3}}}, {.interval = 500});
  EXPECT_EQ(chosen.folding.at("conv").pe, 3);
  EXPECT_NE(chosen.folding.at("conv").simd, 0) << "what was open is chosen";
  EXPECT_EQ(chosen.folding.at("relu").simd, 0);
}

TEST(Plan, SaysTheNextStep) {
  const Network network = chain_network();
  const Plan chosen = plan(network, {}, {.interval = 200});
  ASSERT_GT(chosen.next_interval, 0);
  EXPECT_LT(chosen.next_interval, chosen.interval);
  const Plan next = plan(network, {}, {.interval = chosen.next_interval});
  EXPECT_EQ(next.interval, chosen.next_interval);
  EXPECT_DOUBLE_EQ(next.resources.luts, chosen.next.luts);
  EXPECT_FALSE(chosen.slowest.empty());
}

TEST(Plan, KeepsToABudget) {
  const Network network = chain_network();
  const Plan small = plan(network, {}, {.luts = 1500});
  EXPECT_LE(small.resources.all_luts(), 1500);
  const Plan large = plan(network, {}, {.luts = 4000});
  EXPECT_LE(large.resources.all_luts(), 4000);
  EXPECT_LT(large.interval, small.interval) << "more is faster";
  const Plan nothing_spent = plan(network, {}, {.dsps = 1000});
  EXPECT_LE(nothing_spent.interval, large.interval);
  EXPECT_EQ(test::user_error_of([&] { plan(network, {}, {.luts = 5}); }).find("no folding of"), 0u);
}

TEST(Plan, SaysTheBestWhereATargetIsOutOfReach) {
  const std::string error = test::user_error_of([] { plan(chain_network(), {}, {.interval = 3}); });
  EXPECT_NE(error.find("in 3 cycles; the best is "), std::string::npos) << error;
}

graph::Model network_of_the_zoo(const std::string& name) {
  return frontends::zoo(name, {3, 32, 32}, {.divisor = 256, .mean = {}, .std = {}}, 10, 1);
}

double processor_seconds(const auto& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Plan, AnswersForResNet20WithinASecond) {
  const Network network = lowered(network_of_the_zoo("resnet20"));
  Plan fast, small;
  const double seconds = processor_seconds([&] { fast = plan(network, {}, {.interval = 20'000}); });
  const double budget_seconds =
      processor_seconds([&] { small = plan(network, {}, {.luts = 60'000}); });
  std::printf("resnet20: %lld cycles %.0f LUT %.0f DSP %.0f BRAM, %s limits, next %lld, %.2f s\n",
              static_cast<long long>(fast.interval), fast.resources.all_luts(), fast.resources.dsps,
              fast.resources.brams, fast.slowest.c_str(),
              static_cast<long long>(fast.next_interval), seconds);
  std::printf("resnet20: %lld cycles in %.0f LUT, %.2f s\n", static_cast<long long>(small.interval),
              small.resources.all_luts(), budget_seconds);
  EXPECT_LE(fast.interval, 20'000);
  EXPECT_LE(small.resources.all_luts(), 60'000);
  EXPECT_LT(seconds, 1);
  EXPECT_LT(budget_seconds, 1);
}

TEST(Plan, FoldsWholePixels) {
  const Network network = lowered(network_of_the_zoo("resnet20"));
  const Plan chosen = plan(network, {}, {.interval = 100'000, .words = Words::Pixels});
  EXPECT_LE(chosen.interval, 100'000);
  std::int64_t slowest = 0;
  Network folded = network;
  dataflow::set_folds(folded, chosen.folding);
  for (const dataflow::Process& process : folded.processes) {
    const Fold fold = dataflow::pixel_fold(folded, process);  // every one can be
    slowest = std::max(slowest, dataflow::pixel_cycles(folded, process, fold));
  }
  EXPECT_EQ(slowest, chosen.interval);
  EXPECT_NE(test::user_error_of([&] {
              plan(network, {}, {.interval = 100, .words = Words::Pixels});
            }).find("the best is"),
            std::string::npos);
}

}  // namespace
}  // namespace qfx::circuit
