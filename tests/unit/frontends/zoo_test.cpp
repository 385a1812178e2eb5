#include <gmock/gmock.h>

#include "support/data_files.h"
#include "support/recipes.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

using test::node_named;
using test::user_error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::int64_t parameter_count(const graph::Model& model) {
  std::int64_t count = 0;
  for (const graph::Node& node : model.nodes) {
    for (const auto& [name, param] : node.params) count += graph::element_count(param.shape);
  }
  return count;
}

TEST(Zoo, EveryNetworkTakesSmallImagesOfAnyColourAndClassCount) {
  for (const std::string& name : zoo_names()) {
    if (name == "fracbnn_imagenet") continue;  // halves its image five times
    for (const graph::Shape& shape : {graph::Shape{1, 28, 28}, {3, 32, 32}, {2, 16, 20}}) {
      const graph::Model model = zoo(name, shape, {}, 7, 1);
      EXPECT_EQ(model.nodes.back().shape, graph::Shape{7}) << name;
      EXPECT_EQ(model.nodes.back().name, "classifier") << name;
      EXPECT_EQ(model.nodes.front().shape, shape) << name;
    }
  }
}

TEST(Zoo, TheDemosNetworkLayerByLayer) {
  const graph::Model model = zoo("tiny_resnet", {1, 28, 28}, {}, 10, 1);
  std::vector<std::string> names;
  for (const graph::Node& node : model.nodes) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("input", "conv1", "bn1", "relu1", "pool1", "block1.conv",
                                 "block1.bn", "block1.add", "block1.relu", "conv2", "bn2", "relu2",
                                 "block2.conv", "block2.bn", "block2.add", "block2.relu", "pool",
                                 "flatten", "classifier"));
  EXPECT_EQ(node_named(model, "conv1").shape, (graph::Shape{16, 28, 28}));
  EXPECT_EQ(node_named(model, "block1.relu").shape, (graph::Shape{16, 14, 14}));
  EXPECT_EQ(node_named(model, "block2.relu").shape, (graph::Shape{32, 7, 7}));
  const graph::Node& add = node_named(model, "block1.add");
  EXPECT_EQ(model.nodes[add.inputs[0]].name, "block1.bn");
  EXPECT_EQ(model.nodes[add.inputs[1]].name, "pool1");
  EXPECT_FALSE(std::get<graph::Conv2d>(node_named(model, "conv1").op).has_bias);
}

// He et al. give 0.27 million parameters for ResNet-20 on CIFAR-10; with 1x1 shortcuts it is
// 272,474.
TEST(Zoo, ResNet20IsThePapers) {
  const graph::Model model = zoo("resnet20", {3, 32, 32}, {}, 10, 1);
  EXPECT_EQ(parameter_count(model), 272474);
  EXPECT_EQ(node_named(model, "stage3.block3.relu").shape, (graph::Shape{64, 8, 8}));
  EXPECT_EQ(std::get<graph::Conv2d>(node_named(model, "stage2.block1.shortcut").op).kernel,
            (graph::Pair{1, 1}));
}

TEST(Zoo, LeNetIsThePapers) {
  EXPECT_EQ(parameter_count(zoo("lenet", {1, 28, 28}, {}, 10, 1)), 61706);
  EXPECT_EQ(parameter_count(zoo("lenet", {1, 32, 32}, {}, 10, 1)), 61706);
}

TEST(Zoo, MobileNetSeparatesDepthFromPoint) {
  const graph::Model model = zoo("mobilenet_small", {3, 32, 32}, {}, 10, 1);
  const auto& depthwise = std::get<graph::Conv2d>(node_named(model, "block2.depthwise").op);
  EXPECT_EQ(depthwise.groups, 32);
  EXPECT_EQ(depthwise.out_channels, 32);
  EXPECT_EQ(std::get<graph::Conv2d>(node_named(model, "block2.pointwise").op).out_channels, 64);
}

TEST(Zoo, FracBnnIsThePublishedNetwork) {
  const graph::Model model = zoo("fracbnn", {3, 32, 32}, {}, 10, 1);
  EXPECT_EQ(node_named(model, "encoder").shape, (graph::Shape{96, 32, 32}));
  EXPECT_TRUE(std::get<graph::Conv2d>(node_named(model, "conv1").op).binary);
  EXPECT_EQ(node_named(model, "layer2.0.shortcut").shape, (graph::Shape{32, 16, 16}));
  EXPECT_EQ(node_named(model, "layer3.2.bn4").shape, (graph::Shape{64, 8, 8}));
  const graph::Node& second = node_named(model, "layer1.1.add2");
  EXPECT_EQ(model.nodes[second.inputs[0]].name, "layer1.1.rprelu2.shift_y");
  EXPECT_EQ(model.nodes[second.inputs[1]].name, "layer1.1.bn3");
}

// Each rounding of the accelerator is a node: the sums before it lose nothing.
TEST(Zoo, FracBnnPublishedRoundsAsTheAccelerator) {
  const graph::Model model = zoo("fracbnn_published", {3, 32, 32}, {}, 10, 1);
  const auto input_of = [&](const std::string& node, int i) {
    return model.nodes[node_named(model, node).inputs.at(i)].name;
  };
  EXPECT_EQ(input_of("layer1.0.conv1.msb_left", 0), "layer1.0.conv1");
  EXPECT_EQ(input_of("layer1.0.conv1.lsb_sum", 1), "layer1.0.conv1.msb_sum");
  EXPECT_EQ(input_of("layer1.0.bn1", 0), "layer1.0.conv1.merge");
  EXPECT_EQ(fixed::to_string(*graph::accumulator_of(node_named(model, "classifier").op)),
            "fixed<16,9,RND,SAT>");
  EXPECT_EQ(fixed::to_string(*graph::accumulator_of(node_named(model, "pool").op)),
            "fixed<32,10,RND,SAT>");
}

TEST(Zoo, FracBnnForImageNetHasShortcutsOfFourBits) {
  const graph::Model model = zoo("fracbnn_imagenet", {3, 64, 32}, {}, 20, 1);
  EXPECT_EQ(node_named(model, "model.13.shiftbn2").shape, (graph::Shape{1024, 2, 1}));
  EXPECT_EQ(std::get<graph::QuantSign>(node_named(model, "model.2.shortcut2.bits").op).bits, 4);
  EXPECT_THAT(node_named(model, "model.2.shortcut1.quantized").params.at(graph::Role::Scale).values,
              ElementsAre(1.0F / 15));
  EXPECT_THAT(user_error_of([] {
                zoo("fracbnn_imagenet", {3, 48, 32}, {}, 20, 1);
              }),
              HasSubstr("height and width must be multiples of 32"));
}

TEST(Zoo, FracBnnTakesBytesAsTheyAre) {
  EXPECT_THAT(user_error_of([] {
                zoo("fracbnn", {3, 32, 32}, {.divisor = 256}, 10, 1);
              }),
              HasSubstr("data.normalize = { divisor = 1 }"));
}

TEST(Zoo, TheSeedDecidesTheWeights) {
  const auto weights = [](std::uint64_t seed) {
    return node_named(zoo("mlp", {16}, {}, 3, seed), "linear1")
        .params.at(graph::Role::Weight)
        .values;
  };
  EXPECT_EQ(weights(5), weights(5));
  EXPECT_NE(weights(5), weights(6));
}

TEST(Zoo, AnInputThatDoesNotFitIsTheUsersFault) {
  EXPECT_THAT(user_error_of([] {
                zoo("lenet", {1, 4, 4}, {}, 10, 1);
              }),
              ::testing::AllOf(HasSubstr("the zoo's lenet does not fit an input of [1, 4, 4]"),
                               HasSubstr("conv2")));
  EXPECT_THAT(
      user_error_of([] { zoo("tiny_resnet", {784}, {}, 10, 1); }),
      HasSubstr("takes images [channels, height, width], and the samples are [784]; use 'mlp'"));
  EXPECT_THAT(user_error_of([] {
                zoo("resnet21", {1, 28, 28}, {}, 10, 1);
              }),
              HasSubstr("no network 'resnet21'; did you mean 'resnet20'?"));
  EXPECT_THAT(user_error_of([] { zoo("mlp", {1, 28, 28}, {}, 0, 1); }), HasSubstr("0 classes"));
}

}  // namespace
}  // namespace qfx::frontends
