#include "qfx/frontends/state_dict.h"

#include <gmock/gmock.h>

#include "frontends/accelerator_values.h"
#include "support/recipes.h"
#include "support/state_dict_file.h"
#include "support/user_error.h"

#include "qfx/frontends/recipe.h"
#include "qfx/graph/affine_batch_norm.h"
#include "qfx/graph/builder.h"

namespace qfx::frontends {
namespace {

using graph::Role;
using graph::Statistic;
using test::node_named;
using test::put;
using test::user_error_of;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<float>& values_of(const graph::Model& model, const std::string& node, Role role) {
  return node_named(model, node).params.at(role).values;
}

// A convolution, a batch norm, a prelu, an offset, and a classifier.
graph::Model small_network() {
  graph::Builder builder("small");
  graph::NodeId x = builder.input({1, 2, 2});
  x = builder.conv2d(x, {.out_channels = 2, .kernel = {1, 1}}, "layer.0.conv");
  x = builder.batch_norm(x, {}, "layer.0.bn");
  x = builder.prelu(x, {.num_parameters = 2}, "act");
  x = builder.offset(x, "act.shift_y");
  builder.linear(builder.flatten(x), {.out_features = 1}, "classifier");
  return builder.finish();
}

// Its parameters; `dot` stands between the parts of a name.
store::Safetensors small_file(const std::string& dot) {
  store::Safetensors file;
  put(file, "layer" + dot + "0" + dot + "conv" + dot + "weight", {2, 1, 1, 1}, {3, 4});
  const std::string norm = "layer" + dot + "0" + dot + "bn" + dot;
  put(file, norm + "weight", {2}, {1, 2});
  put(file, norm + "bias", {2}, {5, 6});
  put(file, norm + "running_mean", {2}, {7, 8});
  put(file, norm + "running_var", {2}, {4 - 1e-5F, 16 - 1e-5F});
  put(file, norm + "num_batches_tracked", {1}, {1});
  put(file, "act" + dot + "weight", {2}, {0.5, 0.25});
  put(file, "act" + dot + "shift_y" + dot + "bias", {1, 2, 1, 1}, {9, 10});
  put(file, "linear" + dot + "weight", {1, 8}, {1, 2, 3, 4, 5, 6, 7, 8});
  put(file, "linear" + dot + "bias", {1}, {11});
  return file;
}

void expect_small_values(const graph::Model& model) {
  EXPECT_THAT(values_of(model, "layer.0.conv", Role::Weight), ElementsAre(3, 4));
  EXPECT_THAT(values_of(model, "act", Role::Slope), ElementsAre(0.5, 0.25));
  EXPECT_THAT(values_of(model, "act.shift_y", Role::Offset), ElementsAre(9, 10));
  EXPECT_THAT(values_of(model, "classifier", Role::Weight), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(values_of(model, "classifier", Role::Bias), ElementsAre(11));
}

TEST(StateDict, GivesEveryParameterItsValuesByTorchsNames) {
  for (const std::string dot : {".", "_"}) {
    graph::Model model = small_network();
    load_state_dict(small_file(dot), "small.safetensors", "", model);
    expect_small_values(model);
    const graph::Node& norm = node_named(model, "layer.0.bn");
    EXPECT_THAT(norm.statistics.at(Statistic::Gamma), ElementsAre(1, 2));
    EXPECT_THAT(norm.statistics.at(Statistic::Beta), ElementsAre(5, 6));
    EXPECT_THAT(norm.statistics.at(Statistic::RunningMean), ElementsAre(7, 8));
    EXPECT_EQ(norm.statistics.at(Statistic::RunningVar)[1], 16 - 1e-5F);
  }
}

TEST(StateDict, DropsWhatDataParallelPutsInFront) {
  store::Safetensors file;
  for (const auto& [name, tensor] : small_file(".").tensors)
    file.tensors["module." + name] = tensor;
  graph::Model model = small_network();
  load_state_dict(file, "small.safetensors", "", model);
  expect_small_values(model);
}

TEST(StateDict, FoldsTheStatisticsOfABatchNormIntoAnAffine) {
  graph::Model model = graph::batch_norms_to_affine(small_network());
  load_state_dict(small_file("."), "small.safetensors", "", model);
  EXPECT_THAT(values_of(model, "layer.0.bn", Role::Scale), ElementsAre(0.5, 0.5));
  EXPECT_THAT(values_of(model, "layer.0.bn", Role::Offset), ElementsAre(1.5, 2));
}

TEST(StateDict, SaysWhatDoesNotFit) {
  const auto error_of = [](const store::Safetensors& file) {
    return user_error_of([&] {
      graph::Model model = small_network();
      load_state_dict(file, "small.safetensors", "", model);
    });
  };
  store::Safetensors file = small_file("_");
  file.tensors.erase("act_weight");
  EXPECT_THAT(error_of(file), AllOf(HasSubstr("small.safetensors: it has no tensor 'act_weight'"),
                                    HasSubstr("the nearest name is 'linear_weight'")));

  file = small_file("_");
  put(file, "act_weight", {3}, {1, 2, 3});
  EXPECT_THAT(error_of(file), AllOf(HasSubstr("'act_weight' has the shape [3]"),
                                    HasSubstr("'act.weight' of the network has [2]")));

  file = small_file("_");
  put(file, "fc2_weight", {1}, {1});
  EXPECT_THAT(error_of(file), HasSubstr("no use for 1 of its 11 tensors (fc2_weight)"));

  file = small_file("_");
  put(file, "act.weight", {2}, {1, 2});
  EXPECT_THAT(error_of(file), HasSubstr("'act.weight' and 'act_weight' are one name"));

  file = small_file("_");
  file.tensors.erase("layer_0_bn_running_mean");
  EXPECT_THAT(error_of(file), AllOf(HasSubstr("no statistics for the batch norm 'layer.0.bn'"),
                                    HasSubstr("network.batch_norm = \"affine\"")));

  file = small_file("_");
  file.tensors["act_weight"] = store::make_tensor<double>({2}, std::vector<double>{1, 2});
  EXPECT_THAT(error_of(file), HasSubstr("tensor 'act_weight' has type F64, it must be F32"));
}

graph::Model fractional_network() {
  graph::Builder builder("fractional");
  graph::NodeId x = builder.input({1, 2, 2});
  x = builder.quant_sign(x, {.bits = 2}, "q");
  x = builder.fractional_conv2d(x, {.out_channels = 2, .kernel = {1, 1}}, "conv");
  builder.batch_norm(x, {}, "bn");
  return builder.finish();
}

store::Safetensors fractional_file() {
  store::Safetensors file;
  put(file, "conv.weight", {2, 1, 1, 1}, {1, -1});
  put(file, "conv.threshold", {1, 2, 1, 1}, {-1, 2});
  put(file, "bn.weight", {2}, {6, 9});
  put(file, "bn.bias", {2}, {1, 2});
  return file;
}

TEST(StateDict, CountsAFractionalConvolutionInThirds) {
  graph::Model affine = graph::batch_norms_to_affine(fractional_network());
  load_state_dict(fractional_file(), "f", "", affine);
  EXPECT_THAT(values_of(affine, "conv", Role::Threshold), ElementsAre(-3, 6));
  EXPECT_THAT(values_of(affine, "conv", Role::Weight), ElementsAre(1, -1));
  EXPECT_THAT(values_of(affine, "bn", Role::Scale), ElementsAre(2, 3));
  EXPECT_THAT(values_of(affine, "bn", Role::Offset), ElementsAre(1, 2));

  store::Safetensors file = fractional_file();
  put(file, "bn.running_mean", {2}, {1, 2});
  put(file, "bn.running_var", {2}, {1, 2});
  graph::Model norm = fractional_network();
  load_state_dict(file, "f", "", norm);
  EXPECT_THAT(node_named(norm, "bn").statistics.at(Statistic::RunningMean), ElementsAre(3, 6));
  EXPECT_THAT(node_named(norm, "bn").statistics.at(Statistic::RunningVar), ElementsAre(9, 18));
}

TEST(StateDict, RefusesAFractionalConvolutionWhoseThirdNobodyTakes) {
  graph::Builder builder("fractional");
  graph::NodeId x = builder.quant_sign(builder.input({1, 2, 2}), {.bits = 2}, "q");
  x = builder.fractional_conv2d(x, {.out_channels = 2, .kernel = {1, 1}}, "conv");
  builder.relu(x, "relu");
  graph::Model model = builder.finish();
  store::Safetensors file = fractional_file();
  file.tensors.erase("bn.weight");
  file.tensors.erase("bn.bias");
  EXPECT_THAT(user_error_of([&] { load_state_dict(file, "f", "", model); }),
              HasSubstr("'relu' follows a fractional convolution"));
}

// Whatever the sum M over the first bits and the accelerator's T, which has 12 bits.
TEST(AcceleratorValues, TheThresholdDecidesAsThePublishedComparisonDoes) {
  std::vector<float> thresholds;
  for (int raw = -2048; raw < 2048; ++raw) thresholds.push_back(static_cast<float>(raw) / 256);
  store::Safetensors file;
  put(file, "conv_threshold", {4096}, thresholds);
  const store::Safetensors converted = accelerator_values(file, "f");
  const auto ours = store::values_of<float>(converted.tensors.at("conv_threshold"), "f");
  for (int raw = -2048; raw < 2048; ++raw) {
    for (int m = -576; m <= 576; ++m)
      ASSERT_EQ(171 * m > raw, static_cast<float>(2 * m) > ours[raw + 2048]) << m << " " << raw;
  }
}

TEST(AcceleratorValues, TheClassifierRoundsTwiceAndWeightsServeTwoSums) {
  store::Safetensors file;
  put(file, "conv1.threshold", {1}, {0});
  put(file, "conv1.weight", {1, 1, 1, 1}, {0.3F});
  // Just below half of 2^-7, which is RND of half after the first rounding.
  put(file, "linear.weight", {1, 2}, {0.0038F, 100});
  const store::Safetensors converted = accelerator_values(file, "f");
  EXPECT_EQ(converted.tensors.at("conv1.msb_sum_weight"), file.tensors.at("conv1.weight"));
  EXPECT_THAT(store::values_of<float>(converted.tensors.at("linear.weight"), "f"),
              ElementsAre(1.0F / 256, 2047.0F / 256));
}

TEST(StateDict, OneFileServesBothFormsOfFracBnn) {
  graph::Model trained = graph::batch_norms_to_affine(zoo("fracbnn", {3, 32, 32}, {}, 10, 1));
  const store::Safetensors file = test::state_dict_of(trained);
  EXPECT_EQ(file.tensors.size(), 167U);
  load_state_dict(file, "f", "fracbnn", trained);
  EXPECT_THAT(values_of(trained, "layer3.2.conv2", Role::Threshold), Each(-9));

  graph::Model published = zoo("fracbnn_published", {3, 32, 32}, {}, 10, 2);
  load_state_dict(file, "f", "fracbnn_published", published);
  EXPECT_EQ(values_of(published, "layer2.0.conv1.msb_sum", Role::Weight),
            values_of(published, "layer2.0.conv1", Role::Weight));
  EXPECT_EQ(values_of(published, "layer2.0.conv1", Role::Weight),
            values_of(trained, "layer2.0.conv1", Role::Weight));
  // -3 published units are -768 raw, and 2 * floor(-768 / 171) + 1.
  EXPECT_THAT(values_of(published, "layer2.0.conv1", Role::Threshold), Each(-9));
  EXPECT_THAT(values_of(published, "layer2.0.conv1.msb_thirds", Role::Scale),
              ElementsAre(171.0F / 256));
  EXPECT_THAT(values_of(published, "layer2.0.conv1.lsb_third", Role::Scale),
              ElementsAre(85.0F / 256));
}

}  // namespace
}  // namespace qfx::frontends
