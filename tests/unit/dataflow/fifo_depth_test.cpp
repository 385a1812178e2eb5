#include "dataflow/fifo_depth.h"

#include <gtest/gtest.h>

#include "support/random_numbers.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::dataflow {
namespace {

using graph::Builder;
using graph::NodeId;

// x + conv(x) with a kernel of 3 over a square image.
graph::FrozenModel residual(std::int64_t size, int convolutions) {
  Builder builder("residual");
  const NodeId x = builder.input({2, size, size});
  NodeId y = x;
  for (int i = 0; i < convolutions; ++i)
    y = builder.conv2d(y, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}});
  builder.add(y, x, "sum");
  return test::with_random_numbers(builder.finish());
}

std::vector<std::int64_t> depths_of(const Network& network) {
  std::vector<std::int64_t> depths;
  for (const Stream& stream : network.streams) depths.push_back(stream.depth);
  return depths;
}

const Stream& deepest(const Network& network) {
  return *std::max_element(network.streams.begin(), network.streams.end(),
                           [](const Stream& a, const Stream& b) { return a.depth < b.depth; });
}

TEST(FifoDepth, IsWhatTheLineBufferOfTheOtherBranchHolds) {
  // The first output of a 3x3 window with padding 1 needs one row, and two pixels of the next.
  for (std::int64_t size : {5, 8, 28}) {
    const graph::FrozenModel model = residual(size, 1);
    const Network network = lower(graph::Analyzed(model));
    EXPECT_EQ(deepest(network).depth, size + 2 + 1) << size;
    EXPECT_FALSE(deepest(network).is_port);
  }
}

TEST(FifoDepth, AddsUpOverABranch) {
  const graph::FrozenModel model = residual(8, 3);
  EXPECT_EQ(deepest(lower(graph::Analyzed(model))).depth, 3 * (8 + 1) + 1 + 1);
}

TEST(FifoDepth, IsTwoInAChain) {
  Builder builder("chain");
  NodeId x = builder.input({1, 9, 9});
  x = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .stride = {2, 2}});
  x = builder.relu(builder.batch_norm(x));
  builder.linear(builder.flatten(x), {.out_features = 200});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  for (const Stream& stream : lower(graph::Analyzed(model)).streams) EXPECT_EQ(stream.depth, 2);
}

TEST(FifoDepth, LetsTheNetworkFinishAndLessDoesNot) {
  const graph::FrozenModel model = residual(8, 2);
  const Network network = lower(graph::Analyzed(model));
  const TokenNetwork tokens = token_network(network);
  std::vector<std::int64_t> depths = depths_of(network);
  EXPECT_TRUE(completes(tokens, depths));

  const auto skip = &deepest(network) - network.streams.data();
  --depths[skip];  // the spare one
  EXPECT_TRUE(completes(tokens, depths));
  --depths[skip];
  EXPECT_FALSE(completes(tokens, depths)) << "a token less than the peak must deadlock";
}

TEST(FifoDepth, HoldsAWholeImageBesideAReductionOfIt) {
  // A vector computed from the whole image meets the flattened image: the skip holds all of it.
  Builder builder("global");
  const NodeId x = builder.input({2, 4, 4});
  const NodeId flat = builder.flatten(x);
  const NodeId dense = builder.linear(flat, {.out_features = 32});
  builder.add(dense, flat);
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Network network = lower(graph::Analyzed(model));
  const TokenNetwork tokens = token_network(network);
  EXPECT_TRUE(completes(tokens, depths_of(network)));
  // The reorder buffer takes the image, the FIFO behind it the one beat that waits for the sum.
  EXPECT_EQ(std::ssize(network.processes), 4);
}

// Vectors are read one after the other: the second one waits whole while the first is computed.
// The gate is known when the last pixel has been seen.
TEST(FifoDepth, HoldsAWholeImageBesideItsGate) {
  Builder builder("gated");
  const NodeId x = builder.input({2, 5, 7});
  builder.append(graph::Gate{}, {x, builder.global_avg_pool2d(x)});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Network network = lower(graph::Analyzed(model));
  EXPECT_EQ(deepest(network).depth, 5 * 7 + 1);
  std::vector<std::int64_t> depths = depths_of(network);
  const auto image = &deepest(network) - network.streams.data();
  --depths[image];  // the spare one
  EXPECT_TRUE(completes(token_network(network), depths));
  --depths[image];
  EXPECT_FALSE(completes(token_network(network), depths));
}

TEST(FifoDepth, AConcatOfVectorsTakesOneInputAfterTheOther) {
  Builder builder("joined");
  const NodeId x = builder.input({96});  // two beats
  const NodeId dense = builder.linear(x, {.out_features = 10});
  builder.concat({dense, x});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Network network = lower(graph::Analyzed(model));
  const TokenNetwork tokens = token_network(network);
  std::vector<std::int64_t> depths = depths_of(network);
  EXPECT_TRUE(completes(tokens, depths));
  // What is copied past the linear layer: its two beats, and a spare one.
  const auto past = &deepest(network) - network.streams.data();
  EXPECT_EQ(depths[past], 3);
  depths[past] = 1;
  EXPECT_FALSE(completes(tokens, depths));
}

TEST(FifoDepth, AConcatOfImagesWaitsForTheLineBuffer) {
  Builder builder("joined");
  const NodeId x = builder.input({2, 8, 8});
  const NodeId y = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}});
  builder.concat({x, y, x});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Network network = lower(graph::Analyzed(model));
  const TokenNetwork tokens = token_network(network);
  std::vector<std::int64_t> depths = depths_of(network);
  EXPECT_GE(deepest(network).depth, 8 + 2) << "a row and two pixels";
  EXPECT_TRUE(completes(tokens, depths));
  const auto skip = &deepest(network) - network.streams.data();
  depths[skip] = 8 - 1;
  EXPECT_FALSE(completes(tokens, depths)) << "less than a row must deadlock";
}

// What a pool gives under its padding, behind the last row, need not be held while the other branch
// gives its own last rows.
TEST(FifoDepth, IsNoRowTooDeepBehindAPaddedPool) {
  Builder builder("pool");
  const NodeId x = builder.input({2, 24, 24});
  const auto wide = [&] {
    return builder.conv2d(
        x, {.out_channels = 2, .kernel = {5, 5}, .padding = {6, 6}, .dilation = {3, 3}});
  };
  const NodeId y1 = wide(), y2 = wide();
  const NodeId sum = builder.add(y2, y1);
  builder.concat(
      {sum, builder.max_pool2d(x, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}})});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Network network = lower(graph::Analyzed(model));
  const TokenNetwork tokens = token_network(network);
  std::vector<std::int64_t> depths = depths_of(network);
  EXPECT_TRUE(completes(tokens, depths));
  const auto pool = &deepest(network) - network.streams.data();
  const std::int64_t given = depths[pool];
  while (depths[pool] > 2 && completes(tokens, depths)) --depths[pool];
  EXPECT_GE(depths[pool], 6 * 24 - 24 - 5) << "the rows that the wide windows wait for";
  EXPECT_LE(given - depths[pool], 6) << "a few tokens more than must be";
}

TEST(FifoDepth, ManyReadersOfOneStream) {
  Builder builder("many");
  const NodeId x = builder.input({1, 6, 6});
  NodeId y = x;
  for (int i = 0; i < 3; ++i)
    y = builder.add(builder.conv2d(y, {.out_channels = 1, .kernel = {3, 3}, .padding = {1, 1}}), x);
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Network network = lower(graph::Analyzed(model));
  EXPECT_TRUE(completes(token_network(network), depths_of(network)));
}

}  // namespace
}  // namespace qfx::dataflow
