// Several outputs on their streams: each has one of its own, whoever else reads the values.
#include <gmock/gmock.h>
#include <set>

#include "dataflow/fifo_depth.h"
#include "support/random_numbers.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::dataflow {
namespace {

using graph::Builder;
using graph::NodeId;

Network with_outputs(Builder& builder, const std::vector<NodeId>& outputs) {
  return lower(graph::Analyzed(test::with_random_numbers(builder.finish(outputs))));
}

// What must hold of every network's streams.
void check(const Network& network, const std::vector<NodeId>& outputs) {
  std::vector<int> read(network.streams.size()), written(network.streams.size());
  ++written[network.input];
  for (const Process& process : network.processes) {
    for (const StreamId id : process.inputs) ++read[id];
    for (const StreamId id : process.outputs) ++written[id];
  }
  ASSERT_EQ(network.outputs.size(), outputs.size());
  std::set<StreamId> ports{network.input};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Stream& stream = network.streams[network.outputs[i]];
    ++read[network.outputs[i]];
    ports.insert(network.outputs[i]);
    EXPECT_EQ(stream.node, network.source[outputs[i]]);
    EXPECT_EQ(stream.layout, network.layouts[outputs[i]]);
  }
  EXPECT_EQ(ports.size(), outputs.size() + 1);
  for (StreamId id = 0; id < std::ssize(network.streams); ++id) {
    EXPECT_EQ(read[id], 1) << id;
    EXPECT_EQ(written[id], 1) << id;
    EXPECT_EQ(network.streams[id].is_port, ports.contains(id)) << id;
  }
}

TEST(SeveralOutputs, HaveAStreamEach) {
  Builder b("heads");
  const NodeId trunk = b.relu(b.input({2, 6, 6}));
  const NodeId image = b.conv2d(trunk, {.out_channels = 3, .kernel = {3, 3}});
  const NodeId vector = b.linear(b.flatten(b.max_pool2d(trunk, {})), {.out_features = 4});
  const std::vector<NodeId> outputs{vector, image, trunk};
  check(with_outputs(b, outputs), outputs);
}

TEST(SeveralOutputs, OfOneSource) {
  Builder b("renamed");
  const NodeId x = b.relu(b.input({2, 3, 3}), "x");
  const NodeId flat = b.flatten(x, "flat");
  const NodeId last = b.cast(flat, "last");
  check(with_outputs(b, {x, flat, last}), {x, flat, last});
}

TEST(SeveralOutputs, TheInputByAnotherName) {
  Builder b("through");
  const NodeId x = b.input({2, 3, 3});
  const NodeId flat = b.flatten(x);
  const NodeId cut = b.relu(x);
  check(with_outputs(b, {flat, cut}), {flat, cut});
}

// Beside a convolution that begins to give after two rows, a FIFO holds what the sum waits for; an
// output waits for nobody.
TEST(SeveralOutputs, ThatNobodyWaitsForNeedNoDepth) {
  Builder b("depth");
  const NodeId x = b.relu(b.input({1, 8, 8}));
  const NodeId conv = b.conv2d(x, {.out_channels = 1, .kernel = {3, 3}, .padding = {1, 1}});
  const Network network = with_outputs(b, {x, conv});
  for (const Stream& stream : network.streams) EXPECT_LE(stream.depth, 3) << stream.node;
}

}  // namespace
}  // namespace qfx::dataflow
