#include "qfx/graph/builder.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace qfx::graph {
namespace {

TEST(Builder, NamesInitialisesAndInfersShapes) {
  Builder builder("net");
  NodeId x = builder.input({1, 6, 6});
  x = builder.conv2d(x, {.out_channels = 2, .kernel = {3, 3}});
  x = builder.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .has_bias = true});
  x = builder.batch_norm(x);
  EXPECT_EQ(builder.shape(x), (Shape{2, 2, 2}));
  const Model model = builder.finish();
  EXPECT_EQ(model.name, "net");
  EXPECT_EQ(model.nodes[0].name, "input");
  EXPECT_EQ(model.nodes[1].name, "conv2d_1");
  EXPECT_EQ(model.nodes[2].name, "conv2d_2");
  EXPECT_EQ(model.nodes[2].params.at(Role::Bias).values, (std::vector<float>{0, 0}));
  const Node& norm = model.nodes[3];
  EXPECT_EQ(norm.name, "batch_norm_1");
  EXPECT_EQ(norm.statistics.at(Statistic::Gamma), (std::vector<float>{1, 1}));
  EXPECT_EQ(norm.statistics.at(Statistic::Beta), (std::vector<float>{0, 0}));
  EXPECT_EQ(norm.statistics.at(Statistic::RunningMean), (std::vector<float>{0, 0}));
  EXPECT_EQ(norm.statistics.at(Statistic::RunningVar), (std::vector<float>{1, 1}));
  EXPECT_TRUE(norm.params.at(Role::Scale).values.empty());
  EXPECT_TRUE(norm.frac_bits.empty());
}

TEST(Builder, AGivenNameIsNotTakenByTheCounter) {
  Builder builder("net");
  NodeId x = builder.input({4});
  x = builder.relu(x, "relu_1");
  x = builder.relu(x);
  EXPECT_EQ(builder.finish().nodes[2].name, "relu_2");
}

Model one_conv(std::uint64_t seed) {
  Builder builder("net", seed);
  builder.conv2d(builder.input({16, 8, 8}), {.out_channels = 64, .kernel = {3, 3}});
  return builder.finish();
}

// He: variance 2 / (16 * 3 * 3), mean 0. 9,216 samples put both within a few percent.
TEST(Builder, WeightsAreHeNormalAndDeterministic) {
  const std::vector<float> w = one_conv(1).nodes[1].params.at(Role::Weight).values;
  const double mean = std::accumulate(w.begin(), w.end(), 0.0) / w.size();
  const double square = std::inner_product(w.begin(), w.end(), w.begin(), 0.0) / w.size();
  EXPECT_NEAR(square / (2.0 / 144), 1, 0.06);
  EXPECT_NEAR(mean, 0, 0.005);
  EXPECT_EQ(one_conv(1), one_conv(1));
  EXPECT_NE(one_conv(1), one_conv(2));
}

TEST(InferSigns, FollowWhatCanBeNegative) {
  Builder builder("net");
  const NodeId input = builder.input({1, 4, 4}, {.divisor = 255, .mean = {}, .std = {0.3}});
  const NodeId cast = builder.cast(input);
  const NodeId conv = builder.conv2d(cast, {});
  const NodeId pool_of_signed = builder.max_pool2d(conv, {});
  const NodeId relu = builder.relu(pool_of_signed);
  const NodeId average = builder.avg_pool2d(relu, {});
  const NodeId mixed = builder.add(builder.avg_pool2d(pool_of_signed, {}), average);
  const NodeId positive = builder.relu(mixed);
  const NodeId sum = builder.add(positive, builder.cast(positive));
  const NodeId global = builder.global_avg_pool2d(sum);
  const NodeId flat = builder.flatten(global);
  const NodeId norm = builder.batch_norm(flat);
  const NodeId linear = builder.linear(norm, {});
  const Model model = builder.finish();
  for (NodeId id : {input, cast, relu, average, positive, sum, global, flat})
    EXPECT_FALSE(model.nodes[id].spec.is_signed) << model.nodes[id].name;
  for (NodeId id : {conv, pool_of_signed, mixed, norm, linear})
    EXPECT_TRUE(model.nodes[id].spec.is_signed) << model.nodes[id].name;
}

TEST(InferSigns, OfAFunctionAreThoseOfItsGraph) {
  const auto is_signed = [](FunctionName function, bool signed_input) {
    Builder builder("net");
    const NodeId x = builder.input({2}, {.mean = {}, .std = {}, .signed_samples = signed_input});
    builder.function(x, function);
    return builder.finish().nodes[1].spec.is_signed;
  };
  using enum FunctionName;
  for (FunctionName function : {Sigmoid, HardSigmoid, Softplus, Exp, Sqrt, Rsqrt})
    EXPECT_FALSE(is_signed(function, true)) << to_string(function);
  for (FunctionName function : {LogSigmoid, Sin, Cos, Log})
    EXPECT_TRUE(is_signed(function, false)) << to_string(function);
  for (FunctionName function : {Tanh, HardSwish, Silu, Gelu, Elu, Selu, Celu, GeluTanh, Mish, Softsign,
                                Erf, Atan, Reciprocal, Sign, Floor, Ceil, Round, Shrink}) {
    EXPECT_TRUE(is_signed(function, true)) << to_string(function);
    EXPECT_FALSE(is_signed(function, false)) << to_string(function);
  }
}

TEST(Builder, SlopesBeginAtAQuarterAndOffsetsAtZero) {
  Builder builder("net");
  NodeId x = builder.input({2, 6});
  x = builder.prelu(x);
  x = builder.prelu(x, {.num_parameters = 2});
  x = builder.offset(x);
  builder.leaky_relu(x);
  const Model model = builder.finish();
  EXPECT_EQ(model.nodes[1].params.at(Role::Slope).values, (std::vector<float>{0.25F}));
  EXPECT_EQ(model.nodes[2].params.at(Role::Slope).values, (std::vector<float>{0.25F, 0.25F}));
  EXPECT_EQ(model.nodes[3].params.at(Role::Offset).values, (std::vector<float>{0, 0}));
  EXPECT_TRUE(model.nodes[4].params.at(Role::Slope).values.empty()) << "derived";
}

TEST(InferSigns, OfActivationsAndJoins) {
  Builder builder("net");
  const NodeId bytes = builder.input({4});
  const NodeId difference = builder.sub(bytes, bytes);
  const NodeId relu6 = builder.clip(difference, {.min = 0, .max = 6});
  const NodeId hardtanh = builder.clip(difference, {});
  const NodeId cut = builder.clip(bytes, {});
  const NodeId below = builder.clip(bytes, {.min = -2, .max = -1});
  const NodeId bent = builder.prelu(bytes);
  const NodeId bent_signed = builder.prelu(hardtanh);
  const NodeId leaky = builder.leaky_relu(bent_signed);
  const NodeId moved = builder.offset(cut);
  const NodeId product = builder.mul(relu6, bent);
  const NodeId signed_product = builder.mul(below, leaky);
  const NodeId joined = builder.concat({product, cut});
  builder.concat({joined, moved, signed_product});
  const Model model = builder.finish();
  for (NodeId id : {bytes, relu6, cut, bent, product, joined})
    EXPECT_FALSE(model.nodes[id].spec.is_signed) << model.nodes[id].name;
  for (NodeId id : {difference, hardtanh, below, bent_signed, leaky, moved, signed_product})
    EXPECT_TRUE(model.nodes[id].spec.is_signed) << model.nodes[id].name;
  EXPECT_TRUE(model.nodes.back().spec.is_signed);
}

TEST(InferSigns, AMeanOrSignedSamplesMakeTheInputSigned) {
  const auto input_is_signed = [](Preprocess preprocess) {
    Builder builder("net");
    builder.relu(builder.input({2}, std::move(preprocess)));
    return builder.finish().nodes[0].spec.is_signed;
  };
  EXPECT_FALSE(input_is_signed({}));
  EXPECT_FALSE(input_is_signed({.divisor = 255, .mean = {-1, 0}, .std = {}}));
  EXPECT_TRUE(input_is_signed({.divisor = 255, .mean = {0, 0.1}, .std = {}}));
  EXPECT_TRUE(input_is_signed({.mean = {}, .std = {}, .signed_samples = true}));
}

}  // namespace
}  // namespace qfx::graph
