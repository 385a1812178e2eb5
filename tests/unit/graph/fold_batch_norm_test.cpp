#include "qfx/graph/fold_batch_norm.h"

#include <gtest/gtest.h>
#include <random>

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::graph {
namespace {

// A float forward of what these tests hold: 1x1 convolutions (an image of one pixel), linear,
// batch_norm, relu.
std::vector<double> forward(const Model& model, const std::vector<double>& input) {
  std::vector<std::vector<double>> values;
  for (const Node& node : model.nodes) {
    if (node.inputs.empty()) {
      values.push_back(input);
      continue;
    }
    const std::vector<double>& x = values[node.inputs[0]];
    std::vector<double> y(element_count(node.shape));
    if (node.params.contains(Role::Weight)) {
      const auto& weight = node.params.at(Role::Weight).values;
      for (std::size_t o = 0; o < y.size(); ++o) {
        for (std::size_t i = 0; i < x.size(); ++i) y[o] += weight[o * x.size() + i] * x[i];
        if (node.params.contains(Role::Bias)) y[o] += node.params.at(Role::Bias).values[o];
      }
    } else if (std::holds_alternative<BatchNorm>(node.op)) {
      const auto [scale, offset] = fold_pair(node);
      for (std::size_t c = 0; c < y.size(); ++c) y[c] = scale[c] * x[c] + offset[c];
    } else if (std::holds_alternative<Relu>(node.op)) {
      for (std::size_t c = 0; c < y.size(); ++c) y[c] = std::max(x[c], 0.0);
    } else if (std::holds_alternative<Add>(node.op)) {
      for (std::size_t c = 0; c < y.size(); ++c) y[c] = x[c] + values[node.inputs[1]][c];
    } else {
      y = x;
    }
    values.push_back(y);
  }
  return values.back();
}

void randomise(Model& model) {
  std::mt19937 generator(5);
  std::normal_distribution<float> normal;
  for (Node& node : model.nodes) {
    for (auto& [name, values] : node.statistics)
      for (float& value : values)
        value =
            name == Statistic::RunningVar ? 0.1f + std::abs(normal(generator)) : normal(generator);
    for (auto& [name, param] : node.params)
      for (float& value : param.values) value = normal(generator);
  }
}

TEST(FoldBatchNorm, KeepsTheFunction) {
  Builder builder("net");
  NodeId x = builder.input({3, 1, 1});
  x = builder.conv2d(x, {.out_channels = 4}, "conv");
  x = builder.batch_norm(x, {}, "bn1");
  x = builder.relu(x, "relu");
  x = builder.flatten(x, "flat");
  x = builder.linear(x, {.out_features = 2}, "fc");
  x = builder.batch_norm(x, {}, "bn2");
  builder.batch_norm(x, {}, "bn3");
  Model model = builder.finish();
  randomise(model);
  model.nodes[1].frac_bits = {1};
  model.nodes[1].params[Role::Weight].frac_bits = {2};
  model.nodes[2].frac_bits = {3};
  model.nodes[2].spec.width = 11;
  model.nodes[2].params[Role::Offset].spec.width = 13;

  const Model folded = fold_batch_norm(model);
  std::vector<std::string> names;
  for (const Node& node : folded.nodes) names.push_back(node.name);
  EXPECT_EQ(names, (std::vector<std::string>{"input", "conv", "relu", "flat", "fc"}));
  for (int sample = 0; sample < 10; ++sample) {
    const std::vector<double> input{0.3 * sample, 1.0 - sample, 2.0};
    const auto expected = forward(model, input), actual = forward(folded, input);
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(actual[i], expected[i], 1e-4 * (1 + std::abs(expected[i])));
  }

  const Node& conv = folded.nodes[1];
  EXPECT_TRUE(std::get<Conv2d>(conv.op).has_bias);
  EXPECT_EQ(conv.spec.width, 11) << "the batch_norm's output spec";
  EXPECT_EQ(conv.frac_bits, std::vector<float>{3});
  EXPECT_EQ(conv.params.at(Role::Bias).spec.width, 13) << "the offset's spec";
  EXPECT_TRUE(conv.params.at(Role::Weight).frac_bits.empty()) << "calibrated for other values";
}

// conv is read twice, and bn2 follows a relu: nothing to fold.
TEST(FoldBatchNorm, LeavesAloneWhatOthersReadOrIsNoProduct) {
  Builder builder("net");
  const NodeId conv = builder.conv2d(builder.input({3, 1, 1}), {.out_channels = 3});
  const NodeId norm = builder.batch_norm(conv);
  builder.batch_norm(builder.relu(builder.add(conv, norm)));
  const Model model = builder.finish();
  EXPECT_EQ(fold_batch_norm(model), model);
}

TEST(FoldBatchNorm, WhatStaysIsNamedWithTheReason) {
  Builder builder("net");
  NodeId x = builder.input({3, 1, 1});
  x = builder.conv2d(x, {.out_channels = 4}, "conv1");
  x = builder.batch_norm(x, {}, "bn1");
  x = builder.batch_norm(x, {}, "bn2");  // folds behind the first
  x = builder.relu(x, "relu1");
  x = builder.batch_norm(x, {}, "bn3");
  const NodeId conv = builder.conv2d(x, {.out_channels = 4}, "conv2");
  builder.add(builder.batch_norm(conv, {}, "bn4"), conv, "add");
  const auto left = unfolded_batch_norms(fold_batch_norm(builder.finish()));
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].name, "bn3");
  EXPECT_EQ(left[0].why,
            "it follows 'relu1', a relu, and only a conv2d or a linear takes one up whose weights are not "
            "binary and whose sum has no accumulator");
  EXPECT_EQ(left[1].name, "bn4");
  EXPECT_EQ(left[1].why, "other layers read 'conv2' too");
}

}  // namespace
}  // namespace qfx::graph
