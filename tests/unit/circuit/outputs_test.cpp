// A circuit with several outputs: proved depths, cycles as a naive clock counts them, folds that a
// search finds.
#include "qfx/graph/outputs.h"

#include <gtest/gtest.h>

#include "circuit/depths.h"
#include "support/random_numbers.h"
#include "support/slow_clock.h"

#include "qfx/circuit/plan.h"
#include "qfx/circuit/speed.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::circuit {
namespace {

using graph::Builder;
using graph::NodeId;

// Heads of other sizes on one trunk, which leaves too; the last of them joins two of the others.
dataflow::Network heads() {
  Builder b("heads");
  const NodeId trunk = b.relu(b.input({2, 8, 8}), "trunk");
  const NodeId conv =
      b.conv2d(trunk, {.out_channels = 6, .kernel = {3, 3}, .padding = {1, 1}}, "conv");
  const NodeId pooled = b.max_pool2d(conv, {.kernel = {2, 2}, .stride = {2, 2}}, "pooled");
  const NodeId mean = b.flatten(b.global_avg_pool2d(conv), "mean");
  const NodeId fc = b.linear(mean, {.out_features = 6}, "fc");
  b.add(fc, mean, "sum");
  return dataflow::lower(graph::Analyzed(
      test::with_random_numbers(b.finish({static_cast<NodeId>(fc + 1), pooled, trunk, fc}))));
}

TEST(SeveralOutputs, AreProvedAndClocked) {
  const Circuit circuit = fold_for_speed(heads(), {});
  ASSERT_EQ(circuit.outputs.size(), 4U);
  for (std::size_t i = 0; i < circuit.outputs.size(); ++i) {
    const Link& link = circuit.links[circuit.outputs[i]];
    const NodeId node = graph::output_ids(circuit.network.model())[i];
    EXPECT_EQ(link.reader, kRim);
    EXPECT_EQ(link.words() * link.lanes, graph::element_count(circuit.network.node(node).shape));
  }
  EXPECT_TRUE(completes(circuit, 3));
  test::SlowClock slow(circuit);
  const Cycles counted = count_cycles(circuit, 4), naive = slow.run(4);
  EXPECT_EQ(counted.latency, naive.latency);
  EXPECT_EQ(counted.interval, naive.interval);
  EXPECT_EQ(counted.high_water, naive.high_water);
  EXPECT_EQ(counted.interval, shortest_interval(circuit));
}

// A FIFO before the output that comes late holds what the join waits for, no whole frames.
TEST(SeveralOutputs, NeedNoFrameInAFifo) {
  const Circuit circuit = fold(heads(), {});
  for (const Link& link : circuit.links) EXPECT_LT(link.depth, 40) << link.node;
}

TEST(SeveralOutputs, ArePlannedForSpeed) {
  const dataflow::Network network = heads();
  const Plan found = plan(network, {}, {.interval = 128});
  EXPECT_LE(found.interval, 128);
  const Circuit circuit = fold_for_speed(network, found.folding);
  EXPECT_LE(summarise(circuit).interval, 128);
}

}  // namespace
}  // namespace qfx::circuit
