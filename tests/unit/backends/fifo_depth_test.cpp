#include "backends/vitis/fifo_depth.h"

#include <gtest/gtest.h>

#include "support/random_numbers.h"

#include "qfx/graph/builder.h"

namespace qfx::backends::vitis {
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

std::vector<std::int64_t> depths_of(const Plan& plan) {
  std::vector<std::int64_t> depths;
  for (const Stream& stream : plan.streams) depths.push_back(stream.depth);
  return depths;
}

const Stream& deepest(const Plan& plan) {
  return *std::max_element(plan.streams.begin(), plan.streams.end(),
                           [](const Stream& a, const Stream& b) { return a.depth < b.depth; });
}

TEST(FifoDepth, IsWhatTheLineBufferOfTheOtherBranchHolds) {
  // The first output of a 3x3 window with padding 1 needs one row, and two pixels of the next.
  for (std::int64_t size : {5, 8, 28}) {
    const graph::FrozenModel model = residual(size, 1);
    const Plan plan = make_plan(graph::Analyzed(model), "top");
    EXPECT_EQ(deepest(plan).depth, size + 2 + 1) << size;
    EXPECT_FALSE(deepest(plan).is_port);
  }
}

TEST(FifoDepth, AddsUpOverABranch) {
  const graph::FrozenModel model = residual(8, 3);
  EXPECT_EQ(deepest(make_plan(graph::Analyzed(model), "top")).depth, 3 * (8 + 1) + 1 + 1);
}

TEST(FifoDepth, IsTwoInAChain) {
  Builder builder("chain");
  NodeId x = builder.input({1, 9, 9});
  x = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .stride = {2, 2}});
  x = builder.relu(builder.batch_norm(x));
  builder.linear(builder.flatten(x), {.out_features = 200});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  for (const Stream& stream : make_plan(graph::Analyzed(model), "top").streams)
    EXPECT_EQ(stream.depth, 2);
}

TEST(FifoDepth, LetsTheNetworkFinishAndLessDoesNot) {
  const graph::FrozenModel model = residual(8, 2);
  const Plan plan = make_plan(graph::Analyzed(model), "top");
  const TokenNetwork network = token_network(plan);
  std::vector<std::int64_t> depths = depths_of(plan);
  EXPECT_TRUE(completes(network, depths));

  const auto skip = &deepest(plan) - plan.streams.data();
  --depths[skip];  // the spare one
  EXPECT_TRUE(completes(network, depths));
  --depths[skip];
  EXPECT_FALSE(completes(network, depths)) << "a token less than the peak must deadlock";
}

TEST(FifoDepth, HoldsAWholeImageBesideAReductionOfIt) {
  // A vector computed from the whole image meets the flattened image: the skip holds all of it.
  Builder builder("global");
  const NodeId x = builder.input({2, 4, 4});
  const NodeId flat = builder.flatten(x);
  const NodeId dense = builder.linear(flat, {.out_features = 32});
  builder.add(dense, flat);
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Plan plan = make_plan(graph::Analyzed(model), "top");
  const TokenNetwork network = token_network(plan);
  EXPECT_TRUE(completes(network, depths_of(plan)));
  // The reorder buffer takes the image, the FIFO behind it the one beat that waits for the sum.
  EXPECT_EQ(std::ssize(plan.processes), 4);
}

// Vectors are read one after the other: the second one waits whole while the first is computed.
TEST(FifoDepth, AConcatOfVectorsTakesOneInputAfterTheOther) {
  Builder builder("joined");
  const NodeId x = builder.input({96});  // two beats
  const NodeId dense = builder.linear(x, {.out_features = 10});
  builder.concat({dense, x});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Plan plan = make_plan(graph::Analyzed(model), "top");
  const TokenNetwork network = token_network(plan);
  std::vector<std::int64_t> depths = depths_of(plan);
  EXPECT_TRUE(completes(network, depths));
  // What is copied past the linear layer: its two beats, and a spare one.
  const auto past = &deepest(plan) - plan.streams.data();
  EXPECT_EQ(depths[past], 3);
  depths[past] = 1;
  EXPECT_FALSE(completes(network, depths));
}

TEST(FifoDepth, AConcatOfImagesWaitsForTheLineBuffer) {
  Builder builder("joined");
  const NodeId x = builder.input({2, 8, 8});
  const NodeId y = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .padding = {1, 1}});
  builder.concat({x, y, x});
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Plan plan = make_plan(graph::Analyzed(model), "top");
  const TokenNetwork network = token_network(plan);
  std::vector<std::int64_t> depths = depths_of(plan);
  EXPECT_GE(deepest(plan).depth, 8 + 2) << "a row and two pixels";
  EXPECT_TRUE(completes(network, depths));
  const auto skip = &deepest(plan) - plan.streams.data();
  depths[skip] = 8 - 1;
  EXPECT_FALSE(completes(network, depths)) << "less than a row must deadlock";
}

TEST(FifoDepth, ManyReadersOfOneStream) {
  Builder builder("many");
  const NodeId x = builder.input({1, 6, 6});
  NodeId y = x;
  for (int i = 0; i < 3; ++i)
    y = builder.add(builder.conv2d(y, {.out_channels = 1, .kernel = {3, 3}, .padding = {1, 1}}), x);
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  const Plan plan = make_plan(graph::Analyzed(model), "top");
  EXPECT_TRUE(completes(token_network(plan), depths_of(plan)));
}

}  // namespace
}  // namespace qfx::backends::vitis
