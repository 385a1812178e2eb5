#include "qfx/graph/real_weights.h"

#include <gmock/gmock.h>

#include "qfx/graph/builder.h"

namespace qfx::graph {
namespace {

using ::testing::Each;

Model binary_network() {
  Builder builder("net");
  NodeId x = builder.input({1, 4, 4});
  x = builder.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .binary = true}, "conv1");
  x = builder.batch_norm(x, {}, "bn1");
  x = builder.quant_sign(x, {.bits = 2}, "q");
  x = builder.fractional_conv2d(
      x, {.out_channels = 2, .kernel = {2, 2}, .stride = {1, 1}, .padding = {1, 0}}, "conv2");
  x = builder.flatten(builder.global_avg_pool2d(x));
  builder.linear(x, {.out_features = 3, .binary = true}, "fc");
  return builder.finish();
}

const Node& node_named(const Model& model, const std::string& name) {
  return *std::ranges::find(model.nodes, name, &Node::name);
}

TEST(RealWeights, TakeTheBinaryOnesPlaces) {
  const Model binary = binary_network(), real = with_real_weights(binary);
  EXPECT_FALSE(std::get<Conv2d>(node_named(real, "conv1").op).binary);
  EXPECT_FALSE(std::get<Linear>(node_named(real, "fc").op).binary);
  const auto& conv = std::get<Conv2d>(node_named(real, "conv2").op);
  EXPECT_FALSE(conv.binary || conv.has_bias);
  EXPECT_EQ(conv.padding, (Sides{1, 0}));
  EXPECT_EQ(node_named(real, "conv2").shape, node_named(binary, "conv2").shape);
  EXPECT_EQ(node_named(real, "conv2").params.at(Role::Weight).values,
            node_named(binary, "conv2").params.at(Role::Weight).values);
}

TEST(RealWeights, GiveTheBinaryNetworkWhatTheyLearned) {
  const Model binary = binary_network();
  Model real = with_real_weights(binary);
  for (Node& node : real.nodes) {
    for (auto& [role, param] : node.params) std::ranges::fill(param.values, 0.5F);
    for (auto& [statistic, values] : node.statistics) std::ranges::fill(values, 2.0F);
  }
  const Model after = with_weights_of(binary, real);
  EXPECT_TRUE(std::get<Conv2d>(node_named(after, "conv1").op).binary);
  for (const char* name : {"conv1", "conv2", "fc"})
    EXPECT_THAT(node_named(after, name).params.at(Role::Weight).values, Each(0.5F)) << name;
  EXPECT_EQ(node_named(after, "conv2").params.at(Role::Threshold),
            node_named(binary, "conv2").params.at(Role::Threshold));
  const auto& statistics = node_named(after, "bn1").statistics;
  EXPECT_THAT(statistics.at(Statistic::Gamma), Each(2.0F));
  EXPECT_THAT(statistics.at(Statistic::Beta), Each(2.0F));
  EXPECT_THAT(statistics.at(Statistic::RunningMean), Each(0.0F));
  EXPECT_THAT(statistics.at(Statistic::RunningVar), Each(1.0F));
}

}  // namespace
}  // namespace qfx::graph
