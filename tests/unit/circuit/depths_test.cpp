#include "circuit/depths.h"

#include <gtest/gtest.h>

#include "circuit/clocked_run.h"
#include "circuit/ring.h"
#include "support/random_folding.h"
#include "support/random_numbers.h"
#include "support/random_run.h"

#include "qfx/circuit/speed.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::circuit {
namespace {

using graph::Builder;
using graph::NodeId;

// x + conv(x) with kernels of 3 over a square image, so many of them one behind the other.
Circuit residual(std::int64_t size, int convolutions, const dataflow::Folding& folding = {}) {
  Builder builder("residual");
  const NodeId x = builder.input({2, size, size});
  NodeId y = x;
  for (int i = 0; i < convolutions; ++i)
    y = builder.conv2d(y, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}},
                       "conv" + std::to_string(i));
  builder.add(y, x, "sum");
  return fold(dataflow::lower(graph::Analyzed(test::with_random_numbers(builder.finish()))),
              folding);
}

Link& deepest(Circuit& circuit) {
  return *std::ranges::max_element(circuit.links, {}, &Link::depth);
}

// Of the later ones of many frames.
std::int64_t longest_interval(const Circuit& circuit) {
  ClockedRun run(circuit, 60);
  EXPECT_TRUE(run.run());
  std::int64_t longest = 0;
  for (std::size_t i = 30; i < 60; ++i)
    longest = std::max(longest, run.frame_ends()[i] - run.frame_ends()[i - 1]);
  return longest;
}

bool runs(const Circuit& circuit) {
  return ClockedRun(circuit, 3).run();
}

// In closed form a skip holds what the convolutions beside it wait for: of each, the rows and
// pixels under a window behind its middle; and the pixel at hand. What has room in other FIFOs of
// the skip need not be in this one.
TEST(Depths, OfASkipAreThoseOfTheClosedForm) {
  for (const std::int64_t size : {4, 7, 16, 28}) {
    for (const int convolutions : {1, 2, 3}) {
      for (const std::int64_t lanes : {1, 2}) {
        Circuit circuit = residual(size, convolutions, {{"sum", {lanes, 0}}});
        const Link& skip = deepest(circuit);
        const std::int64_t pixels = 1 + convolutions * (size + 1);
        const std::int64_t words = (2 * pixels + skip.lanes - 1) / skip.lanes;
        EXPECT_LE(skip.depth, std::max(words, kLeastDepth)) << size << " " << convolutions;
        EXPECT_GE(skip.depth, words - 6) << size << " " << convolutions;
      }
    }
  }
}

TEST(Depths, OfAChainAreTheLeast) {
  Builder builder("chain");
  NodeId x = builder.input({1, 9, 9});
  x = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .stride = {2, 2}});
  x = builder.relu(builder.batch_norm(x));
  builder.linear(builder.flatten(x), {.out_features = 200});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  for (const Link& link : fold(dataflow::lower(graph::Analyzed(model)), {}).links)
    EXPECT_EQ(link.depth, kLeastDepth);
}

// Registers and pipelines hold a few words more than the proof counts, so a few words fewer than
// proved still run; from where it stalls the token run stalls as well.
TEST(Depths, LessThanNeededStalls) {
  for (const std::int64_t size : {6, 12}) {
    Circuit circuit = residual(size, 2);
    EXPECT_TRUE(completes(circuit));
    EXPECT_TRUE(runs(circuit));
    Link& skip = deepest(circuit);
    const std::int64_t proved = skip.depth;
    while (runs(circuit)) --skip.depth;
    EXPECT_FALSE(completes(circuit));
    EXPECT_GT(skip.depth, proved - 16);
    ++skip.depth;
    EXPECT_TRUE(runs(circuit)) << "one word decides";
  }
}

TEST(Depths, ThatAreProvedNeverStallWhateverTheLatencies) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const test::Case one = test::random_case(seed, 1, {.max_nodes = 8, .max_products = 1500});
    const dataflow::Network network = dataflow::lower(graph::Analyzed(graph::freeze(one.model)));
    Circuit circuit = fold(network, test::random_folding(seed, network));
    EXPECT_TRUE(completes(circuit, 1) && completes(circuit, 3)) << seed;
    test::Rng rng(seed);
    for (Engine& engine : circuit.engines)
      if (!std::holds_alternative<Fork>(engine.part))
        engine.latency = static_cast<int>(rng.between(1, 20));
    EXPECT_TRUE(runs(circuit)) << seed;
  }
}

TEST(Depths, ForSpeedReachTheSlowestEngine) {
  int improved = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const test::Case one = test::random_case(seed, 1, {.max_nodes = 8, .max_products = 1500});
    const dataflow::Network network = dataflow::lower(graph::Analyzed(graph::freeze(one.model)));
    for (const dataflow::Folding& folding :
         {dataflow::Folding{}, test::random_folding(seed, network)}) {
      Circuit circuit = fold(network, folding);
      const std::int64_t before = longest_interval(circuit);
      deepen_for_speed(circuit);
      const std::int64_t after = longest_interval(circuit);
      EXPECT_EQ(after, shortest_interval(circuit)) << seed;
      if (after < before) ++improved;
    }
  }
  EXPECT_GT(improved, 20);
}

// Three rows of windows lie below the image and need nothing new; the seven above need 16 words
// in 12 steps each. The ring keeps what comes during the three, and no word more.
TEST(Depths, OfARingKeepWhatComesDuringRowsOfPadding) {
  Builder builder("below");
  builder.conv2d(builder.input({4, 7, 4}),
                 {.out_channels = 4,
                  .kernel = {1, 3},
                  .padding = {0, 3, 3, 0},
                  .dilation = {1, 3},
                  .groups = 4},
                 "conv");
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  Circuit circuit = fold(dataflow::lower(graph::Analyzed(model)), {{"conv", {1, 0}}});
  Behaviour& conv = std::ranges::find(circuit.engines, "conv", &Engine::name)->behaviour;
  const std::int64_t least = 2 * 16, enough = conv.buffer;
  EXPECT_GT(enough, least);
  for (conv.buffer = least; conv.buffer <= enough + 2; ++conv.buffer) {
    const std::int64_t interval = ring_interval(conv.rounds, 7 * 16, conv.buffer);
    EXPECT_EQ(longest_interval(circuit), interval) << conv.buffer;
    EXPECT_EQ(interval == shortest_interval(circuit), conv.buffer >= enough) << conv.buffer;
  }
}

}  // namespace
}  // namespace qfx::circuit
