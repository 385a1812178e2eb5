// Fused, node by node and in torch's plain operators: one meaning, bit for bit.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <torch/csrc/autograd/function.h>

#include "forward_result.h"
#include "support/random_model.h"
#include "train/network/fixed_forward.h"
#include "train/samples/samples.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/outputs.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kRoadBatch = 4;

// A tensor that three or more read, where leaving the network is a reader too, gets their gradients
// in an order that depends on how many torch nodes lie between; two have no order.
bool has_an_order_of_gradients(const graph::Model& model) {
  return std::ranges::any_of(graph::uses(model), [](int count) { return count > 2; });
}

struct Seen {
  int compared = 0, with_gradients = 0, to_the_bit = 0;
};

void compare_roads(const graph::Model& model, std::uint64_t seed, Seen& seen) {
  SCOPED_TRACE(seed);
  const at::Tensor samples =
      preprocessed(model, test::random_samples(model, seed, kRoadBatch), kRoadBatch);
  for (const bool batch_statistics : {true, false}) {
    ForwardResult fused;
    try {
      fused = forward_result(model, samples, {batch_statistics, Road::Fused});
    } catch (const UserError&) {
      continue;  // no carrier
    }
    const ForwardResult nodes =
        forward_result(model, samples, {batch_statistics, Road::NodeByNode});
    const ForwardResult operators =
        forward_result(model, samples, {batch_statistics, Road::Operators});
    ++seen.compared;
    seen.with_gradients += !fused.gradients.empty();
    EXPECT_TRUE(fused.output.equal(nodes.output));
    expect_equal(fused.state, nodes.state);
    if (has_an_order_of_gradients(model)) {
      expect_close(fused.gradients, nodes.gradients);
    } else {
      expect_equal(fused.gradients, nodes.gradients);
      ++seen.to_the_bit;
    }
    EXPECT_EQ(fused.overflows, nodes.overflows);

    EXPECT_TRUE(fused.output.equal(operators.output));
    expect_equal(fused.state, operators.state);
    EXPECT_EQ(fused.overflows, operators.overflows);
    expect_close(fused.gradients, operators.gradients);
  }
}

TEST(Roads, GiveTheSameBits) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 80; ++seed)
    compare_roads(test::random_model(seed), seed, seen);
  EXPECT_GT(seen.compared, 100);
  EXPECT_GT(seen.with_gradients, 100);
  EXPECT_GT(seen.to_the_bit, 60);
}

// Every relu a clip, many between a batch norm and a cast; every other model's bounds are no
// floats.
graph::Model clipping_model(std::uint64_t seed) {
  graph::Model model = test::random_model(seed, {.max_nodes = 14});
  const double beyond_float = seed % 2 == 0 ? 0x1p-30 : 0.0;
  for (graph::Node& node : model.nodes) {
    if (std::holds_alternative<graph::Relu>(node.op))
      node.op = graph::Clip{.min = seed % 3 == 0 ? 0.0 : -0.75, .max = 2.25};
    if (auto* clip = std::get_if<graph::Clip>(&node.op)) clip->max += beyond_float;
  }
  return model;
}

TEST(Roads, GiveTheSameBitsWithClips) {
  Seen seen;
  int clips = 0;
  for (std::uint64_t seed = 1; clips < 100; ++seed) {
    const graph::Model model = clipping_model(seed);
    const auto count = std::count_if(model.nodes.begin(), model.nodes.end(), [](const auto& node) {
      return std::holds_alternative<graph::Clip>(node.op);
    });
    if (count == 0) continue;
    clips += static_cast<int>(count);
    compare_roads(model, seed, seen);
  }
  EXPECT_GT(seen.compared, 60);
  EXPECT_GT(seen.with_gradients, 60);
  EXPECT_GT(seen.to_the_bit, 40);
}

// A thermometer lets no gradient through, but what it reads in the end has another reader: that the
// first to ask for the values wants no gradients must not take them from the second.
TEST(Roads, AReaderWithoutGradientsLeavesThemToTheOthers) {
  graph::Builder builder("net", 3);
  const auto x = builder.relu(builder.input({3, 4, 4}), "relu");
  const auto levels = builder.thermometer(builder.cast(x), {.levels = 3});
  graph::Model model = builder.finish({levels, x});
  for (graph::Node& node : model.nodes) {
    if (!graph::own_format(node.op)) node.frac_bits = {4};
  }
  const at::Tensor samples = at::randn({2, 3, 4, 4});
  const auto result = [&](Road road) { return forward_result(model, samples, {.road = road}); };
  const ForwardResult fused = result(Road::Fused), nodes = result(Road::NodeByNode);
  EXPECT_TRUE(fused.gradients.contains("relu.frac_bits"));
  expect_equal(fused.gradients, nodes.gradients);
  EXPECT_EQ(fused.overflows, nodes.overflows);
}

// How many of torch's own nodes of this name lie behind a tensor.
int count_behind(const at::Tensor& output, const std::string& name) {
  std::set<const torch::autograd::Node*> met;
  std::vector<const torch::autograd::Node*> waiting{output.grad_fn().get()};
  int count = 0;
  while (!waiting.empty()) {
    const torch::autograd::Node* node = waiting.back();
    waiting.pop_back();
    if (node == nullptr || !met.insert(node).second) continue;
    count += node->name().starts_with(name);
    for (const auto& edge : node->next_edges()) waiting.push_back(edge.function.get());
  }
  return count;
}

TEST(Roads, AClipIsAStageOfItsChain) {
  graph::Builder builder("net", 3);
  auto x = builder.input({3, 6, 6});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}}, "conv");
  x = builder.clip(builder.batch_norm(x), {.min = 0, .max = 6});
  builder.clip(builder.cast(x), {.min = 1, .max = 1.5 + 0x1p-30});
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.frac_bits = {4};
    for (auto& [name, param] : node.params) param.frac_bits = {4};
  }
  Network network(model);
  const at::Tensor samples = at::randn({2, 3, 6, 6});
  const auto nodes_of = [&](Road road, const std::string& name) {
    return count_behind(fixed_forward(network, samples, {.batch_statistics = true, .road = road}),
                        name);
  };
  EXPECT_EQ(nodes_of(Road::Operators, "HardtanhBackward"), 2);
  EXPECT_EQ(nodes_of(Road::Fused, "HardtanhBackward"), 0);
  // Four nodes become one chain; the last one's bound wants float64, and it is a chain by itself.
  const auto chains = [&](Road road) { return nodes_of(road, "torch::autograd::CppNode"); };
  EXPECT_EQ(chains(Road::NodeByNode) - chains(Road::Fused), 3);
}

}  // namespace
}  // namespace qfx::train
