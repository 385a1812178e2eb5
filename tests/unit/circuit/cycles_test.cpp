#include "qfx/circuit/cycles.h"

#include <cstdio>
#include <gtest/gtest.h>

#include "circuit/clocked_run.h"
#include "support/random_folding.h"
#include "support/random_numbers.h"
#include "support/random_run.h"
#include "support/slow_clock.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::circuit {
namespace {

using graph::Builder;
using graph::NodeId;

TEST(Cycles, OfACopyAreThoseOfItsRegisters) {
  Builder builder("copy");
  builder.flatten(builder.input({1, 3, 5}));
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Circuit circuit = fold(dataflow::lower(graph::Analyzed(model)), {});
  ASSERT_EQ(circuit.engines.size(), 1U);
  const Cycles cycles = count_cycles(circuit);
  // 15 words of one: FIFO, engine, FIFO, output register.
  EXPECT_EQ(cycles.latency, 15 + 4);
  EXPECT_EQ(cycles.interval, 15);
  EXPECT_EQ(cycles.high_water, (std::vector<std::int64_t>{1, 1}));
}

// Every number of random circuits, with depths as proved, deeper, and too small for some.
TEST(Cycles, AreThoseOfEveryRegister) {
  int stalled = 0, compared = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const test::Case one = test::random_case(seed, 1, {.max_nodes = 8, .max_products = 1500});
    const graph::FrozenModel model = graph::freeze(one.model);
    const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
    test::Rng rng(seed);
    for (int variant = 0; variant < 4; ++variant) {
      Circuit circuit =
          fold(network, variant == 0 ? dataflow::Folding{}
                                     : test::random_folding(seed + variant * 1000, network));
      for (Link& link : circuit.links) {
        if (variant == 1) link.depth += rng.pick({0, 0, 1, 5, 70});
        if (variant == 2) link.depth = std::max<std::int64_t>(1, link.depth - rng.below(3));
      }
      for (Engine& engine : circuit.engines)
        if (variant == 3 && !std::holds_alternative<Fork>(engine.part))
          engine.latency = static_cast<int>(rng.between(1, 9));
      test::SlowClock slow(circuit);
      const Cycles expected = slow.run(4);
      ClockedRun run(circuit, 4);
      SCOPED_TRACE(fmt::format("seed {} variant {}", seed, variant));
      if (expected.latency == 0) {
        EXPECT_FALSE(run.run());
        ++stalled;
        continue;
      }
      const Cycles cycles = count_cycles(circuit);
      ASSERT_EQ(cycles.latency, expected.latency);
      ASSERT_EQ(cycles.interval, expected.interval);
      ASSERT_EQ(cycles.high_water, expected.high_water);
      ++compared;
    }
  }
  std::printf("%d circuits equal, %d stall\n", compared, stalled);
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace qfx::circuit
