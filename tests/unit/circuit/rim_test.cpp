// The ports: as wide as the engines need, and no wider.
#include <gmock/gmock.h>

#include "circuit/behaviour.h"
#include "support/random_folding.h"
#include "support/random_numbers.h"
#include "support/random_run.h"
#include "support/user_error.h"

#include "qfx/circuit/cycles.h"
#include "qfx/circuit/plan.h"
#include "qfx/circuit/rim.h"
#include "qfx/circuit/speed.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::circuit {
namespace {

using testing::HasSubstr;

TEST(Rim, UsuallyHasBeatsOfAPowerOfTwoThatDividesTheFrame) {
  EXPECT_EQ(beat_lanes(784, 8), 8);
  EXPECT_EQ(beat_lanes(10, 8), 2);
  EXPECT_EQ(beat_lanes(7, 8), 1);
  EXPECT_EQ(beat_lanes(784, 9), 4);
  EXPECT_EQ(beat_lanes(784, 17), 2);
}

TEST(Rim, HasWiderBeatsWhereAFrameWouldWaitForThem) {
  EXPECT_EQ(beat_lanes(784, 8, 98), 8);
  EXPECT_EQ(beat_lanes(784, 8, 97), 14);
  EXPECT_EQ(beat_lanes(784, 8, 49), 16);
  EXPECT_EQ(beat_lanes(784, 8, 7), 112);
  EXPECT_EQ(beat_lanes(784, 8, 1), 112) << "as few beats as 1024 bits allow";
  EXPECT_EQ(beat_lanes(784, 8, 1, 256), 28);
  EXPECT_EQ(beat_lanes(784, 8, 1, 32), 4);
  EXPECT_EQ(beat_lanes(16, 6, 1), 16);
  EXPECT_EQ(beat_lanes(5, 6, 5), 1);
  EXPECT_EQ(beat_lanes(5, 6, 4), 5);
  EXPECT_EQ(beat_lanes(5, 6, 1, 32), 1) << "five containers need 64 bits";
  EXPECT_EQ(port_bits(5, 8), 64);
  EXPECT_EQ(port_bits(9, 8), 128);
  EXPECT_EQ(port_bits(1, 8), 8);
}

dataflow::Network tagger() {
  graph::Builder b("tagger");
  graph::NodeId x = b.input({16});
  for (const std::int64_t features : {64, 32, 32})
    x = b.relu(b.linear(x, {.out_features = features}));
  b.linear(x, {.out_features = 5});
  return dataflow::lower(
      graph::Analyzed(test::with_random_numbers(b.finish(), {.width = 6})));
}

TEST(Rim, LetsAnInputInEachCycle) {
  const dataflow::Network network = tagger();
  const Plan found = plan(network, {}, {.interval = 1});
  EXPECT_EQ(found.interval, 1);
  const Circuit circuit = fold_for_speed(network, found.folding);
  EXPECT_EQ(summarise(circuit).interval, 1);
  EXPECT_EQ(count_cycles(circuit).interval, 1);
  EXPECT_EQ(circuit.links[circuit.input].lanes, 16);
  EXPECT_EQ(circuit.links[circuit.outputs[0]].lanes, 5);
  // Within 64 bits there are two beats in, and more in no time where there is time.
  const Plan narrow = plan(network, {}, {.interval = 2, .axi_bits = 64});
  EXPECT_EQ(narrow.interval, 2);
  EXPECT_EQ(fold(network, narrow.folding, 64).links[0].lanes, 8);
  EXPECT_THAT(test::user_error_of([&] { plan(network, {}, {.interval = 1, .axi_bits = 64}); }),
              HasSubstr("the best is 2"));
  const Plan slow = plan(network, {}, {.interval = 64});
  const Circuit usual = fold(network, slow.folding);
  EXPECT_EQ(usual.links[usual.input].lanes, 8);
  EXPECT_EQ(usual.links[usual.outputs[0]].lanes, 1);
}

TEST(Rim, RefusesWhatIsNoWidthOfAPort) {
  const dataflow::Network network = tagger();
  for (const std::int64_t bits : {0, 4, 24, 48, 96, 2048, -64})
    EXPECT_THAT(test::user_error_of([&] { fold(network, {}, bits); }),
                HasSubstr("allowed are the powers of two from 8 to 1024"))
        << bits;
  graph::Builder b("wide");
  b.relu(b.input({4}), "out");
  const dataflow::Network wide = dataflow::lower(
      graph::Analyzed(test::with_random_numbers(b.finish(), {.width = 17})));
  EXPECT_THAT(test::user_error_of([&] { fold(wide, {}, 16); }),
              HasSubstr("may be 16 bits wide, but an element of 'input' travels in 32"));
}

// Of random networks and folds no port takes longer than the slowest engine, unless it is as wide as
// may be; and none is wider than usual for nothing.
TEST(Rim, NeverLimitsWhereAWiderPortWouldNot) {
  int wide = 0, partly = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(seed);
    const dataflow::Network network =
        dataflow::lower(graph::Analyzed(graph::freeze(test::random_case(seed, 1).model)));
    const std::int64_t axi_bits = seed % 3 == 0 ? 256 : kMostBeatBits;
    const Circuit circuit = fold(network, test::random_folding(seed, network), axi_bits);
    std::int64_t engines = 1;
    for (EngineId id = 0; id < std::ssize(circuit.engines); ++id) {
      const Part& part = circuit.engines[id].part;
      if (!std::holds_alternative<Repack>(part) && !std::holds_alternative<Fork>(part))
        engines = std::max(engines, cycles_alone(circuit, id));
    }
    std::vector<LinkId> ports = circuit.outputs;
    ports.push_back(circuit.input);
    std::int64_t fewest = 1;
    for (const LinkId id : ports)
      fewest = std::max(fewest, circuit.links[id].words() * circuit.links[id].lanes /
                                    beat_lanes(circuit.links[id].words() * circuit.links[id].lanes,
                                               circuit.links[id].element_width, 1, axi_bits));
    for (const LinkId id : ports) {
      const Link& link = circuit.links[id];
      const int container = container_bits(link.element_width);
      EXPECT_LE(link.words(), std::max(engines, fewest));
      EXPECT_LE(port_bits(link.lanes, container), axi_bits);
      if (link.lanes != beat_lanes(link.words() * link.lanes, link.element_width)) {
        EXPECT_GT(link.words() * link.lanes /
                      beat_lanes(link.words() * link.lanes, link.element_width),
                  std::max(engines, fewest));
      }
      wide += port_bits(link.lanes, container) > kUsualBeatBits;
      partly += port_bits(link.lanes, container) > link.lanes * container;
    }
  }
  EXPECT_GT(wide, 10);
  EXPECT_GT(partly, 20);
}

}  // namespace
}  // namespace qfx::circuit
