#include <algorithm>
#include <gmock/gmock.h>

#include "support/recipes.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"

namespace qfx::frontends {
namespace {

using fixed::Overflow;
using fixed::Rounding;
using graph::Granularity;
using graph::QuantSpec;
using test::kDataHead;
using test::node_named;
using test::param_spec;
using test::recipe_with;

// In tiny_resnet whoever reads a relu's input reads nothing else.
bool is_before_relu(const graph::Model& model, const graph::Node& node) {
  return std::ranges::any_of(model.nodes, [&](const graph::Node& reader) {
    return std::holds_alternative<graph::Relu>(reader.op) &&
           &model.nodes[reader.inputs[0]] == &node;
  });
}

TEST(Formats, WithoutAWordEverythingIs8BitsLearnedRoundedAndSaturated) {
  const graph::Model model = recipe_with("").model;
  for (const graph::Node& node : model.nodes) {
    QuantSpec expected;
    expected.is_signed = node.spec.is_signed;
    if (is_before_relu(model, node)) expected.width = 9;
    EXPECT_EQ(node.spec, expected) << node.name;
    for (const auto& [role, param] : node.params)
      EXPECT_EQ(param.spec, QuantSpec{}) << tensor_name(node.name, role);
  }
  EXPECT_FALSE(node_named(model, "relu1").spec.is_signed);
  EXPECT_TRUE(node_named(model, "bn1").spec.is_signed);
  EXPECT_FALSE(node_named(model, "input").spec.is_signed);
}

TEST(Formats, TheDefaultReachesEveryTensorAndEveryKey) {
  const graph::Model model = recipe_with(
                                 "[format]\nwidth = 6\nrounding = \"TRN\"\noverflow = "
                                 "\"WRAP\"\nwrap_bits = 2\nbinary_point = "
                                 "\"fixed\"\nint_bits = 3\n")
                                 .model;
  QuantSpec expected{.width = 6,
                     .rounding = Rounding::TRN,
                     .overflow = Overflow::WRAP,
                     .wrap_bits = 2,
                     .learned = false,
                     .int_bits = 3};
  EXPECT_EQ(node_named(model, "conv1").spec, expected);
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight), expected);
  EXPECT_EQ(param_spec(model, "classifier", graph::Role::Bias), expected);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Offset), expected);
  expected.is_signed = false;
  EXPECT_EQ(node_named(model, "relu1").spec, expected);
  EXPECT_EQ(node_named(model, "input").spec, expected);
}

TEST(Formats, AClassTableSpeaksOfItsClassAlone) {
  const graph::Model model =
      recipe_with(
          "[format.activations]\nwidth = 9\n[format.weights]\nwidth = 4\n[format.biases]\nwidth "
          "= 12\n[format.scales]\nwidth = 5\n[format.offsets]\nwidth = 11\n[format.input]\nwidth "
          "= 7\n")
          .model;
  EXPECT_EQ(node_named(model, "input").spec.width, 7);
  EXPECT_EQ(node_named(model, "conv1").spec.width, 9);
  EXPECT_EQ(node_named(model, "block1.add").spec.width, 10) << "one more for the relu's top bit";
  EXPECT_EQ(param_spec(model, "block1.conv", graph::Role::Weight).width, 4);
  EXPECT_EQ(param_spec(model, "classifier", graph::Role::Weight).width, 4);
  EXPECT_EQ(param_spec(model, "classifier", graph::Role::Bias).width, 12);
  EXPECT_EQ(param_spec(model, "bn2", graph::Role::Scale).width, 5);
  EXPECT_EQ(param_spec(model, "bn2", graph::Role::Offset).width, 11);
}

constexpr const char* kBeforeRelus =
    "[[network.layers]]\nkind = \"conv2d\"\nname = \"c1\"\nout_channels = 2\nkernel_size = 3\n"
    "[[network.layers]]\nkind = \"relu\"\nname = \"r1\"\n"
    "[[network.layers]]\nkind = \"conv2d\"\nname = \"c2\"\nout_channels = 2\nkernel_size = 3\n"
    "[[network.layers]]\nkind = \"max_pool2d\"\nname = \"p2\"\nkernel_size = 2\n"
    "[[network.layers]]\nkind = \"relu\"\nname = \"r2\"\n"
    "[[network.layers]]\nkind = \"conv2d\"\nname = \"c3\"\nout_channels = 2\nkernel_size = 3\n"
    "[[network.layers]]\nkind = \"relu\"\nname = \"r3\"\n"
    "[[network.layers]]\nkind = \"add\"\nname = \"a3\"\ninputs = [\"r3\", \"c3\"]\n"
    "[[network.layers]]\nkind = \"flatten\"\n"
    "[[network.layers]]\nkind = \"linear\"\nname = \"out\"\nout_features = 10\n";

// A ReLU's unsigned format would never use its top bit behind a signed one of the same width.
TEST(Formats, WhatAReluAloneReadsHasOneBitMore) {
  const auto width = [](const std::string& formats, const std::string& node) {
    const Recipe recipe = parse_recipe(kDataHead + kBeforeRelus + formats, "recipe.toml");
    return node_named(recipe.model, node).spec.width;
  };
  EXPECT_EQ(width("", "c1"), 9);
  EXPECT_EQ(width("", "r1"), 8);
  EXPECT_EQ(width("", "c2"), 9) << "a max pool hands it on";
  EXPECT_EQ(width("", "p2"), 9);
  EXPECT_EQ(width("", "c3"), 8) << "the add reads it too";
  EXPECT_EQ(width("[format]\nwidth = 4\n", "c1"), 5);
  EXPECT_EQ(width("[format]\nwidth = 24\n", "c1"), 24) << "float32 carries no more";
  EXPECT_EQ(width("[format]\nwidth = 31\n", "c1"), 32);
  EXPECT_EQ(width("[format]\nformat = \"fixed<8,3>\"\n", "c1"), 8) << "said in so many words";
  EXPECT_EQ(width("[format.activations]\nsign = \"signed\"\n", "c1"), 8);
  EXPECT_EQ(width("[format.activations]\nint_bits = 3\n", "c1"), 8);
  EXPECT_EQ(width("[[format.override]]\nmatch = \"c*\"\nwidth = 8\n", "c1"), 8);
  EXPECT_EQ(width("[[format.override]]\nmatch = \"p2\"\nwidth = 8\n", "c2"), 8);
  EXPECT_EQ(width("[[format.override]]\nmatch = \"r1\"\nwidth = 6\n", "c1"), 8) << "enough";
}

TEST(Formats, OfTheOverridesTheLaterWins) {
  const graph::Model model =
      recipe_with(
          "[format.weights]\nwidth = 4\nrounding = \"TRN\"\n"
          "[[format.override]]\nmatch = \"*conv*.weight\"\nwidth = 5\n"
          "[[format.override]]\nmatch = [\"block1.*\", \"bn1.scale\"]\nwidth = 6\n")
          .model;
  EXPECT_EQ(param_spec(model, "classifier", graph::Role::Weight).width, 4);
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight).width, 5);
  EXPECT_EQ(param_spec(model, "block1.conv", graph::Role::Weight).width, 6);
  EXPECT_EQ(param_spec(model, "block1.conv", graph::Role::Weight).rounding, Rounding::TRN);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Scale).width, 6);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Offset).width, 8);
  EXPECT_EQ(node_named(model, "block1.add").spec.width, 6);
}

TEST(Formats, TheShorthandSaysAllOfIt) {
  const graph::Model model = recipe_with(
                                 "[format.weights]\nformat = \"fixed<6,1,TRN,SAT_SYM>\"\nk_hot = "
                                 "2\n[format.input]\nformat = "
                                 "\"ufixed<8,0>\"\n")
                                 .model;
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight),
            (QuantSpec{.width = 6,
                       .rounding = Rounding::TRN,
                       .overflow = Overflow::SAT_SYM,
                       .learned = false,
                       .int_bits = 1,
                       .k_hot = 2}));
  EXPECT_EQ(node_named(model, "input").spec, (QuantSpec{.width = 8,
                                                        .is_signed = false,
                                                        .rounding = Rounding::TRN,
                                                        .overflow = Overflow::WRAP,
                                                        .learned = false,
                                                        .int_bits = 0}));
}

TEST(Formats, HowThePointIsFoundIsSaidWhole) {
  const graph::Model model = recipe_with(
                                 "[format]\nbinary_point = \"fixed\"\nint_bits = 3\n"
                                 "[format.weights]\nbinary_point = \"learned\"\n"
                                 "[format.scales]\nbinary_point = \"learned\"\nint_bits = 2\n"
                                 "[format.offsets]\nbinary_point = \"calibrated\"\n"
                                 "[format.biases]\nint_bits = 1\n")
                                 .model;
  const QuantSpec& weight = param_spec(model, "conv1", graph::Role::Weight);
  EXPECT_TRUE(weight.learned && !weight.int_bits);
  const QuantSpec& scale = param_spec(model, "bn1", graph::Role::Scale);
  EXPECT_TRUE(scale.learned && scale.int_bits == 2);
  const QuantSpec& offset = param_spec(model, "bn1", graph::Role::Offset);
  EXPECT_TRUE(!offset.learned && !offset.int_bits);
  const QuantSpec& bias = param_spec(model, "classifier", graph::Role::Bias);
  EXPECT_TRUE(!bias.learned && bias.int_bits == 1);
}

TEST(Formats, AFixedPointMayGetItsBitsFromALaterTable) {
  const graph::Model model =
      recipe_with(
          "[format.weights]\nbinary_point = \"fixed\"\n[[format.override]]\nmatch = "
          "\"*.weight\"\nint_bits = 0\n")
          .model;
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight).int_bits, 0);
}

TEST(Formats, KHotAndChannelsByDefaultConcernConstantsOnly) {
  const graph::Model model =
      recipe_with("[format]\nk_hot = 2\nsigned_digits = true\ngranularity = \"channel\"\n").model;
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight).k_hot, 2);
  EXPECT_TRUE(param_spec(model, "conv1", graph::Role::Weight).signed_digits);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Scale).k_hot, 2);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Offset).k_hot, 0);  // it only adds
  EXPECT_FALSE(param_spec(model, "bn1", graph::Role::Offset).signed_digits);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Offset).granularity, Granularity::PerChannel);
  EXPECT_EQ(node_named(model, "conv1").spec.k_hot, 0);
  EXPECT_EQ(node_named(model, "conv1").spec.granularity, Granularity::PerTensor);
}

TEST(Formats, AutomaticSignsGiveWayWhereOnlySignedExists) {
  const graph::Model model = recipe_with(
                                 "[[format.override]]\nmatch = \"relu1\"\noverflow = \"WRAP_SM\"\n"
                                 "[[format.override]]\nmatch = \"relu2\"\nwidth = 32\n"
                                 "[[format.override]]\nmatch = \"pool1\"\nsign = \"signed\"\n"
                                 "[[format.override]]\nmatch = \"conv2\"\nsign = \"unsigned\"\n")
                                 .model;
  EXPECT_TRUE(node_named(model, "relu1").spec.is_signed);
  EXPECT_TRUE(node_named(model, "relu2").spec.is_signed);
  EXPECT_TRUE(node_named(model, "pool1").spec.is_signed);
  EXPECT_FALSE(node_named(model, "conv2").spec.is_signed);
  EXPECT_FALSE(node_named(model, "block1.relu").spec.is_signed);
}

// A class that this network lacks, as a folded one has no batch norm's scales.
TEST(Formats, SignedDigitsMayWaitForATensor) {
  EXPECT_NO_THROW(recipe_with("[format.slopes]\nk_hot = 2\nsigned_digits = true\n"));
}

TEST(Formats, ALaterFormatTakesATensorOutOfFloat) {
  const graph::Model model =
      recipe_with("[format]\nfloat = true\n[[format.override]]\nmatch = \"*.weight\"\nwidth = 4\n")
          .model;
  EXPECT_TRUE(node_named(model, "conv1").spec.is_float);
  EXPECT_TRUE(param_spec(model, "bn1", graph::Role::Scale).is_float);
  EXPECT_FALSE(param_spec(model, "conv1", graph::Role::Weight).is_float);
}

TEST(Formats, ALaterOverflowModeDropsTheWrapBitsOfTheOneBefore) {
  const graph::Model model =
      recipe_with(
          "[format]\noverflow = \"WRAP\"\nwrap_bits = 2\n[format.weights]\noverflow = \"SAT\"\n")
          .model;
  EXPECT_EQ(node_named(model, "conv1").spec.wrap_bits, 2);
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight).wrap_bits, 0);
}

TEST(Formats, OverflowsAreForbiddenTensorByTensor) {
  const graph::Model model =
      recipe_with(
          "[format.activations]\noverflows = \"forbid\"\n[[format.override]]\nmatch = "
          "[\"relu1\"]\noverflows = \"allow\"\n[[format.override]]\nmatch = "
          "\"conv1.weight\"\nformat = \"fixed<8,1>\"\noverflows = \"forbid\"\n")
          .model;
  EXPECT_TRUE(node_named(model, "conv1").spec.forbids_overflow);
  EXPECT_FALSE(node_named(model, "relu1").spec.forbids_overflow);
  EXPECT_FALSE(node_named(model, "input").spec.forbids_overflow);
  EXPECT_TRUE(param_spec(model, "conv1", graph::Role::Weight).forbids_overflow);
  EXPECT_FALSE(param_spec(model, "bn1", graph::Role::Scale).forbids_overflow);
}

TEST(Formats, TheFormOfThePointIsThatOfEveryLearnedOne) {
  const graph::Model model = recipe_with(
                                 "[points]\nform = \"log2_threshold\"\n"
                                 "[format.weights]\nbinary_point = \"fixed\"\nint_bits = 1\n")
                                 .model;
  EXPECT_EQ(node_named(model, "conv1").spec.point_form, graph::PointForm::Log2Threshold);
  EXPECT_EQ(param_spec(model, "bn1", graph::Role::Scale).point_form,
            graph::PointForm::Log2Threshold);
  EXPECT_EQ(param_spec(model, "conv1", graph::Role::Weight).point_form, graph::PointForm::FracBits);
}

TEST(Formats, AFlattenHasTheFormatOfWhatItFlattens) {
  const graph::Model model =
      recipe_with("[[format.override]]\nmatch = \"pool\"\nwidth = 11\n").model;
  EXPECT_EQ(node_named(model, "flatten").spec, node_named(model, "pool").spec);
  EXPECT_EQ(node_named(model, "flatten").spec.width, 11);
}

// Nobody chooses the format of levels and of binary weights; the other tensors follow the tables.
TEST(Formats, ThoseOfAKindAreNobodysChoice) {
  const std::string network =
      kDataHead + "[[network.layers]]\nkind = \"quant_sign\"\nname = \"q\"\n" +
      "[[network.layers]]\nkind = \"conv2d\"\nname = \"conv\"\nout_channels = 2\n" +
      "kernel_size = 3\nbinary = true\n[[network.layers]]\nkind = \"flatten\"\n" +
      "[[network.layers]]\nkind = \"linear\"\nout_features = 10\n[format]\nwidth = 5\nk_hot = 2\n";
  const graph::Model model = parse_recipe(network, "recipe.toml").model;
  EXPECT_EQ(node_named(model, "q").spec.width, 3);
  EXPECT_EQ(param_spec(model, "conv", graph::Role::Weight).width, 2);
  EXPECT_EQ(param_spec(model, "conv", graph::Role::Weight).k_hot, 0);
  EXPECT_EQ(param_spec(model, "conv", graph::Role::Bias).width, 5);
  const auto refusal = [&](const std::string& match) {
    return test::user_error_of([&] {
      parse_recipe(network + "[[format.override]]\nmatch = \"" + match + "\"\nwidth = 4\n",
                   "recipe.toml");
    });
  };
  EXPECT_THAT(refusal("q"), testing::HasSubstr("'q' is a quant_sign, and its format is always "
                                               "fixed<3,3,RND,SAT>; leave it out"));
  EXPECT_THAT(refusal("conv.weight"),
              testing::HasSubstr("'conv.weight' is binary, and its format is always "
                                 "fixed<2,2,RND,SAT>; leave it out"));
}

TEST(Formats, BatchNormsAsAffinesKeepTheirNames) {
  const Recipe recipe =
      parse_recipe(kDataHead +
                       "[network]\nzoo = \"tiny_resnet\"\nbatch_norm = \"affine\"\n"
                       "[[format.override]]\nmatch = \"bn1.scale\"\nwidth = 10\n",
                   "recipe.toml");
  EXPECT_FALSE(recipe.fold_batch_norm);
  EXPECT_EQ(std::get<graph::Affine>(node_named(recipe.model, "bn1").op).num_parameters, 16);
  EXPECT_EQ(param_spec(recipe.model, "bn1", graph::Role::Scale).width, 10);
}

TEST(Formats, WithFoldedBatchNormsTheNamesAreThoseThatAreLeft) {
  const std::string text = kDataHead +
                           "[network]\nzoo = \"tiny_resnet\"\nbatch_norm = \"fold\"\n"
                           "[[format.override]]\nmatch = \"conv1\"\nwidth = 10\n"
                           "[[format.override]]\nmatch = \"conv1.bias\"\nwidth = 12\n";
  const Recipe recipe = parse_recipe(text, "recipe.toml");
  EXPECT_TRUE(recipe.fold_batch_norm);
  // What folding then takes: the output of the batch norm, and its offset.
  EXPECT_EQ(node_named(recipe.model, "bn1").spec.width, 10);
  EXPECT_EQ(param_spec(recipe.model, "bn1", graph::Role::Offset).width, 12);
  EXPECT_EQ(node_named(recipe.model, "bn2").spec.width, 9) << "a relu reads it";
  EXPECT_THROW(
      parse_recipe(text + "[[format.override]]\nmatch = \"bn1.scale\"\nwidth = 4\n", "recipe.toml"),
      UserError);
}

TEST(Formats, ASavedPointKeepsItsIntegerInAnotherForm) {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "net.graph").string();
  graph::Builder builder("net");
  builder.linear(builder.flatten(builder.relu(builder.input({1, 28, 28}), "relu")),
                 {.out_features = 10}, "linear");
  graph::Model model = builder.finish();
  model.nodes[1].frac_bits = {3.4f};
  model.nodes[2].frac_bits = {3.4f};
  graph::save(model, path);
  const std::string text = kDataHead + "[network]\ngraph = \"" + path + "\"\n";
  const auto relu = [&](const std::string& points) {
    return node_named(parse_recipe(text + points, "recipe.toml").model, "relu");
  };
  EXPECT_THAT(relu("").frac_bits, ::testing::ElementsAre(3.4f));
  EXPECT_THAT(relu("[points]\nform = \"log2_threshold\"\n").frac_bits,
              ::testing::ElementsAre(3.5f));
  // Who watches for overflows moves no point.
  EXPECT_THAT(relu("[format.activations]\noverflows = \"forbid\"\n").frac_bits,
              ::testing::ElementsAre(3.4f));
}

TEST(Formats, ASavedGraphKeepsWhatTheRecipeDoesNotSay) {
  const TemporaryDirectory folder;
  const std::string path = (folder.path() / "net.graph").string();
  graph::Builder builder("net");
  const graph::NodeId x = builder.input({1, 28, 28});
  builder.linear(builder.flatten(builder.relu(x, "relu")), {.out_features = 10, .has_bias = true},
                 "linear");
  graph::Model model = builder.finish();
  model.nodes[1].spec.width = 5;
  model.nodes[1].frac_bits = {3.0f};
  model.nodes[2].spec = model.nodes[1].spec;
  model.nodes[2].frac_bits = {3.0f};
  model.nodes[3].params.at(graph::Role::Weight).spec.k_hot = 3;
  model.nodes[3].params.at(graph::Role::Weight).frac_bits = {6.0f};
  graph::save(model, path);

  const std::string text =
      kDataHead + "[network]\ngraph = \"" + path + "\"\n[format.weights]\nwidth = 6\n";
  const Recipe recipe = parse_recipe(text, "recipe.toml");
  EXPECT_EQ(node_named(recipe.model, "relu").spec.width, 5);
  EXPECT_THAT(node_named(recipe.model, "relu").frac_bits, ::testing::ElementsAre(3.0f));
  const graph::Param& weight = node_named(recipe.model, "linear").params.at(graph::Role::Weight);
  EXPECT_EQ(weight.spec.k_hot, 3);
  EXPECT_EQ(weight.spec.width, 6);
  EXPECT_TRUE(weight.frac_bits.empty());  // the point belonged to 8 bits
  EXPECT_EQ(weight.values, model.nodes[3].params.at(graph::Role::Weight).values);
}

}  // namespace
}  // namespace qfx::frontends
