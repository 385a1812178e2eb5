#include "qfx/frontends/recipe.h"

#include <filesystem>
#include <gmock/gmock.h>

#include "support/data_files.h"
#include "support/paths.h"
#include "support/recipes.h"
#include "support/tiny_data.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::frontends {
namespace {

using test::kDataHead;
using test::node_named;
using test::recipe_with;
using ::testing::ElementsAre;

TEST(Recipe, TwoLinesAreEnough) {
  const TemporaryDirectory folder;
  const std::string source = test::write_tiny_data(folder.path(), {.channels = 3, .classes = 5});
  const std::string text = "network.zoo = \"tiny_resnet\"\ndata.source = \"" + source + "\"\n";
  const Recipe recipe = parse_recipe(text, "some/first_try.toml");
  EXPECT_EQ(recipe.text, "name = \"first_try\"\n" + text);
  // A copy elsewhere is the same recipe.
  const Recipe copy = parse_recipe(recipe.text, "elsewhere/recipe.toml");
  EXPECT_EQ(copy.name, "first_try");
  EXPECT_EQ(copy.text, recipe.text);
  EXPECT_EQ(parse_recipe(parse_recipe(text, "a\\b\"c.toml").text, "x.toml").name, "a\\b\"c");
  EXPECT_EQ(recipe.name, "first_try");
  EXPECT_EQ(recipe.model.name, "first_try");
  EXPECT_EQ(recipe.data.text, source);
  EXPECT_EQ(recipe.model.nodes.front().shape, (graph::Shape{3, 8, 8}));
  EXPECT_EQ(recipe.model.nodes.back().shape, graph::Shape{5});
  const graph::Preprocess& preprocess =
      std::get<graph::Input>(recipe.model.nodes.front().op).preprocess;
  EXPECT_EQ(preprocess.divisor, 256);  // a byte is an exact 8-bit fraction
  EXPECT_FALSE(preprocess.signed_samples);
  EXPECT_GT(recipe.float_phase.epochs, 0);
  EXPECT_GT(recipe.fixed_phase.epochs, 0);
  EXPECT_LT(recipe.fixed_phase.optimizer.learning_rate, recipe.float_phase.optimizer.learning_rate);
}

TEST(Recipe, FloatSamplesComeAsTheyAre) {
  const TemporaryDirectory folder;
  for (const std::string split : {"train", "test"}) {
    test::write(folder.path() / (split + "_x.npy"),
                test::npy("<f4", "(2, 4)", test::bytes_of<float>({0, 1, -2, 3, 4, 5, 6, 7})));
    test::write(folder.path() / (split + "_y.npy"),
                test::npy("|u1", "(2,)", std::string("\0\1", 2)));
  }
  const Recipe recipe = parse_recipe(
      "network.zoo = \"mlp\"\ndata.source = \"npy:" + folder.path().string() + "\"\n", "r.toml");
  const graph::Preprocess& preprocess =
      std::get<graph::Input>(recipe.model.nodes.front().op).preprocess;
  EXPECT_EQ(preprocess.divisor, 1);
  EXPECT_TRUE(preprocess.signed_samples);
  EXPECT_TRUE(recipe.model.nodes.front().spec.is_signed);
}

TEST(Recipe, EveryKeyArrives) {
  const Recipe recipe = parse_recipe(
      "name = \"all\"\nseed = 7\nthreads = 3\ndevice = \"cuda:1\"\nuntrained = \"conv?.*\"\n"
      "[network]\nzoo = \"lenet\"\nbatch_norm = \"scale_offset\"\n"
      "[data]\nsource = \"idx:nowhere\"\ninput = [3, 28, 30]\nclasses = 10\nbatch_size = "
      "32\ntrain_limit = 100\n"
      "test_limit = 50\nnormalize = { divisor = 255, mean = [0.5, 0, 0], std = [2.0, 1, 1] }\n"
      "augment = { flip = true, crop_padding = 2 }\n"
      "[float]\nbinary_weights = false\nepochs = 1.5\noptimizer = \"adam\"\nlearning_rate = 0.25\nweight_decay = "
      "0\nschedule = \"step\"\n"
      "step_epochs = [0.5, 1]\nstep_factor = 0.3\nwarmup_epochs = 0.25\n"
      "[fixed]\nepochs = 0\noptimizer = \"sgd\"\nmomentum = 0.5\nschedule = \"constant\"\n"
      "[points]\nlearning_rate = 0.02\nfreeze_after = 0.5\n"
      "[calibration]\nmethod = \"percentile\"\npercentile = 99.5\nimages = 64\n"
      "[checkpoint]\nminutes = 0.5\n",
      "all.toml");
  EXPECT_EQ(recipe.name, "all");
  EXPECT_EQ(recipe.seed, 7u);
  EXPECT_EQ(recipe.threads, 3);
  EXPECT_EQ(recipe.device, "cuda:1");
  EXPECT_THAT(recipe.untrained, ElementsAre("conv?.*"));
  EXPECT_EQ(recipe.zoo, "lenet");
  EXPECT_FALSE(recipe.fold_batch_norm);
  EXPECT_EQ(recipe.batch_size, 32);
  EXPECT_EQ(recipe.train_limit, 100);
  EXPECT_EQ(recipe.test_limit, 50);
  const graph::Preprocess& preprocess =
      std::get<graph::Input>(recipe.model.nodes.front().op).preprocess;
  EXPECT_EQ(preprocess.divisor, 255);
  EXPECT_THAT(preprocess.mean, ElementsAre(0.5, 0, 0));
  EXPECT_THAT(preprocess.std, ElementsAre(2, 1, 1));
  EXPECT_TRUE(recipe.model.nodes.front().spec.is_signed);  // the mean takes it below zero
  EXPECT_TRUE(recipe.augment.flip);
  EXPECT_EQ(recipe.augment.crop_padding, 2);
  EXPECT_FALSE(recipe.binary_in_float);
  EXPECT_EQ(recipe.float_phase.epochs, 1.5);
  EXPECT_EQ(recipe.float_phase.optimizer.kind, OptimizerKind::Adam);
  EXPECT_EQ(recipe.float_phase.optimizer.learning_rate, 0.25);
  EXPECT_EQ(recipe.float_phase.optimizer.weight_decay, 0);
  EXPECT_EQ(recipe.float_phase.optimizer.schedule, Schedule::Step);
  EXPECT_THAT(recipe.float_phase.optimizer.step_epochs, ElementsAre(0.5, 1));
  EXPECT_EQ(recipe.float_phase.optimizer.step_factor, 0.3);
  EXPECT_EQ(recipe.float_phase.optimizer.warmup_epochs, 0.25);
  EXPECT_EQ(recipe.fixed_phase.epochs, 0);
  EXPECT_EQ(recipe.fixed_phase.optimizer.momentum, 0.5);
  EXPECT_EQ(recipe.fixed_phase.optimizer.schedule, Schedule::Constant);
  EXPECT_EQ(recipe.points.learning_rate, 0.02);
  EXPECT_EQ(recipe.points.freeze_after, 0.5);
  EXPECT_EQ(recipe.calibration.method, CalibrationMethod::Percentile);
  EXPECT_EQ(recipe.calibration.percentile, 99.5);
  EXPECT_EQ(recipe.calibration.images, 64);
  EXPECT_EQ(recipe.checkpoint_minutes, 0.5);
}

TEST(Recipe, AdamsDefaultRateIsSmallerThanSgds) {
  const Recipe recipe = recipe_with("[float]\noptimizer = \"adam\"\n");
  EXPECT_DOUBLE_EQ(recipe.float_phase.optimizer.learning_rate, 0.001);
}

TEST(Recipe, AShortPhaseWarmsUpForATenthOfIt) {
  EXPECT_DOUBLE_EQ(recipe_with("[float]\nepochs = 1\n").float_phase.optimizer.warmup_epochs, 0.1);
  EXPECT_DOUBLE_EQ(recipe_with("[float]\nepochs = 50\n").float_phase.optimizer.warmup_epochs, 0.5);
}

TEST(Recipe, AStartTakesTheFloatPhasesPlace) {
  const Recipe recipe = parse_recipe("start = \"runs/other\"\n" + test::kRecipeHead, "r.toml");
  EXPECT_EQ(recipe.start, "runs/other");
  EXPECT_EQ(recipe.float_phase.epochs, 0);
}

TEST(Recipe, LayersReadTheOneBeforeUnlessTheySayOtherwise) {
  const Recipe recipe = parse_recipe(
      kDataHead +
          "[[network.layers]]\nkind = \"conv2d\"\nname = \"first\"\nout_channels = 4\n"
          "kernel_size = [3, 5]\nstride = [1, 2]\npadding = [1, 2]\ndilation = 1\n"
          "[[network.layers]]\nkind = \"batch_norm\"\neps = 1e-3\nmomentum = 0.2\n"
          "[[network.layers]]\nkind = \"relu\"\n"
          "[[network.layers]]\nkind = \"conv2d\"\nout_channels = 4\nkernel_size = 1\n"
          "groups = 4\nbias = false\ninputs = [\"first\"]\n"
          "[[network.layers]]\nkind = \"add\"\ninputs = [\"relu_1\", \"conv2d_1\"]\n"
          "[[network.layers]]\nkind = \"cast\"\n"
          "[[network.layers]]\nkind = \"max_pool2d\"\nkernel_size = 2\n"
          "[[network.layers]]\nkind = \"avg_pool2d\"\nkernel_size = 3\nstride = 1\npadding = 1\n"
          "[[network.layers]]\nkind = \"global_avg_pool2d\"\n"
          "[[network.layers]]\nkind = \"flatten\"\n"
          "[[network.layers]]\nkind = \"linear\"\nout_features = 10\nbias = false\n",
      "r.toml");
  const graph::Model& model = recipe.model;
  EXPECT_EQ(node_named(model, "first").op, graph::Op(graph::Conv2d{.out_channels = 4,
                                                                   .kernel = {3, 5},
                                                                   .stride = {1, 2},
                                                                   .padding = {1, 2},
                                                                   .dilation = {1, 1},
                                                                   .groups = 1,
                                                                   .has_bias = true}));
  EXPECT_EQ(node_named(model, "batch_norm_1").op,
            graph::Op(graph::BatchNorm{.eps = 1e-3, .momentum = 0.2}));
  EXPECT_EQ(node_named(model, "conv2d_1").op,
            graph::Op(graph::Conv2d{.out_channels = 4, .groups = 4, .has_bias = false}));
  EXPECT_EQ(model.nodes[node_named(model, "conv2d_1").inputs[0]].name, "first");
  EXPECT_EQ(model.nodes[node_named(model, "add_1").inputs[0]].name, "relu_1");
  EXPECT_EQ(model.nodes[node_named(model, "cast_1").inputs[0]].name, "add_1");
  EXPECT_EQ(node_named(model, "max_pool2d_1").op, graph::Op(graph::MaxPool2d{}));
  EXPECT_EQ(node_named(model, "avg_pool2d_1").op,
            graph::Op(graph::AvgPool2d{.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}}));
  EXPECT_EQ(node_named(model, "linear_1").op,
            graph::Op(graph::Linear{.out_features = 10, .has_bias = false}));
}

TEST(Recipe, FunctionsAreKindsOfTheirOwnNames) {
  std::string layers;
  for (const std::string& function : graph::function_names())
    layers += "[[network.layers]]\nkind = \"" + function + "\"\n" +
              (function == "points" ? "points = [[-1, 0], [0.5, 2]]\n" : "");
  layers += "[[network.layers]]\nkind = \"hardsigmoid\"\nalpha = 0.2\nbeta = 0.25\n";
  const Recipe recipe = parse_recipe(kDataHead + layers +
                                         "[[network.layers]]\nkind = \"softmax\"\n"
                                         "[[network.layers]]\nkind = \"flatten\"\n"
                                         "[[network.layers]]\nkind = \"linear\"\n"
                                         "out_features = 10\n"
                                         "[[network.layers]]\nkind = \"softmax\"\n"
                                         "table_width = 12\n",
                                     "r.toml");
  const graph::Model& model = recipe.model;
  for (int i = 0; i < graph::kFunctionCount; ++i) {
    const auto function = static_cast<graph::FunctionName>(i);
    EXPECT_EQ(node_named(model, std::string(graph::to_string(function)) + "_1").op,
              graph::Op(function == graph::FunctionName::Points
                            ? graph::Function(std::vector<graph::Point>{{-1, 0}, {0.5, 2}})
                            : graph::Function(function)));
  }
  EXPECT_EQ(node_named(model, "hardsigmoid_2").op,
            graph::Op(graph::Function(graph::FunctionName::HardSigmoid, 0.2, 0.25)));
  EXPECT_EQ(node_named(model, "softmax_1").op, graph::Op(graph::Softmax{.table_width = 16}));
  EXPECT_EQ(node_named(model, "softmax_2").op, graph::Op(graph::Softmax{.table_width = 12}));
}

TEST(Recipe, TheDataSourceIsReadWithoutTheData) {
  EXPECT_EQ(recipe_data_source("[data]\nsource = \"idx:somewhere\"\n", "r.toml").text,
            "idx:somewhere");
  EXPECT_THROW(recipe_data_source("[data]\n", "r.toml"), UserError);
  EXPECT_THROW(recipe_data_source("[data\n", "r.toml"), UserError);
}

TEST(Recipe, EveryExampleParses) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_path("examples"))) {
    if (entry.path().extension() != ".toml") continue;
    const Recipe recipe = load_recipe(entry.path().string());
    EXPECT_EQ(recipe.name, entry.path().stem().string());
    EXPECT_GT(recipe.model.nodes.size(), 5u);
    ++count;
  }
  EXPECT_GE(count, 4);
}

TEST(Recipe, TheKHotExampleCoversEveryFactor) {
  const Recipe recipe = load_recipe(test::source_path("examples/fashion_mnist_khot.toml"));
  for (const graph::Node& node : recipe.model.nodes) {
    for (const auto& [role, param] : node.params) {
      EXPECT_EQ(param.spec.k_hot, role == graph::Role::Weight || role == graph::Role::Scale ? 2 : 0)
          << tensor_name(node.name, role);
    }
  }
}

std::string layer(const std::string& keys) {
  return "[[network.layers]]\n" + keys + "\n";
}

TEST(Recipe, ActivationsAndJoins) {
  const graph::Model model =
      parse_recipe(
          kDataHead +
              layer("kind = \"conv2d\"\nname = \"conv\"\nout_channels = 4\nkernel_size = 3") +
              layer("kind = \"relu6\"") + layer("kind = \"hardtanh\"") +
              layer("kind = \"hardtanh\"\nmin_val = -2\nmax_val = 0.5") +
              layer("kind = \"clip\"\nmin = 0.25\nmax = 3") + layer("kind = \"prelu\"") +
              layer("kind = \"prelu\"\nnum_parameters = 4") + layer("kind = \"leaky_relu\"") +
              layer("kind = \"leaky_relu\"\nnegative_slope = 0.2") + layer("kind = \"offset\"") +
              layer("kind = \"sub\"\ninputs = [\"offset_1\", \"conv\"]") +
              layer("kind = \"mul\"\ninputs = [\"sub_1\", \"conv\"]") +
              layer("kind = \"maximum\"\ninputs = [\"mul_1\", \"conv\"]") +
              layer("kind = \"abs\"") + layer("kind = \"neg\"") +
              layer("kind = \"minimum\"\ninputs = [\"neg_1\", \"conv\"]") +
              layer("kind = \"concat\"\ninputs = [\"mul_1\", \"conv\", \"minimum_1\"]") +
              layer("kind = \"flatten\"") + layer("kind = \"linear\"\nout_features = 10"),
          "recipe.toml")
          .model;
  using graph::Clip;
  const auto op = [&](const std::string& name) { return node_named(model, name).op; };
  EXPECT_EQ(op("relu6_1"), graph::Op(Clip{.min = 0, .max = 6}));
  EXPECT_EQ(op("hardtanh_1"), graph::Op(Clip{.min = -1, .max = 1}));
  EXPECT_EQ(op("hardtanh_2"), graph::Op(Clip{.min = -2, .max = 0.5}));
  EXPECT_EQ(op("clip_1"), graph::Op(Clip{.min = 0.25, .max = 3}));
  EXPECT_EQ(op("prelu_1"), graph::Op(graph::Prelu{}));
  EXPECT_EQ(op("prelu_2"), graph::Op(graph::Prelu{.num_parameters = 4}));
  EXPECT_EQ(op("leaky_relu_1"), graph::Op(graph::LeakyRelu{.negative_slope = 0.01}));
  EXPECT_EQ(op("leaky_relu_2"), graph::Op(graph::LeakyRelu{.negative_slope = 0.2}));
  EXPECT_EQ(op("offset_1"), graph::Op(graph::Offset{}));
  EXPECT_EQ(node_named(model, "sub_1").inputs, (std::vector<graph::NodeId>{10, 1}));
  EXPECT_EQ(op("maximum_1"), graph::Op(graph::Maximum{}));
  EXPECT_EQ(op("minimum_1"), graph::Op(graph::Minimum{}));
  EXPECT_FALSE(node_named(model, "abs_1").spec.is_signed);
  EXPECT_TRUE(node_named(model, "neg_1").spec.is_signed);
  EXPECT_EQ(node_named(model, "concat_1").shape, (graph::Shape{12, 26, 26}));
  EXPECT_FALSE(node_named(model, "relu6_1").spec.is_signed);
}

// FracBNN's activation: a layer of three nodes, of which the last has its name.
TEST(Recipe, WordsOfABinaryNetwork) {
  const graph::Model model =
      parse_recipe(kDataHead + layer("kind = \"thermometer\"\nlevels = 4\nresolution = 0.25") +
            layer("kind = \"conv2d\"\nout_channels = 4\nkernel_size = 3\nbias = false\nbinary = true\n"
                  "accumulator = \"ap_fixed<16, 9, AP_RND, AP_SAT>\"") +
            layer("kind = \"sign\"") + layer("kind = \"quant_sign\"") +
            layer("kind = \"fractional_conv2d\"\nout_channels = 4\nkernel_size = 1") +
            layer("kind = \"affine\"\nnum_parameters = 4\noffset = false") +
            layer("kind = \"flatten\"") + layer("kind = \"linear\"\nout_features = 10"),
                   "recipe.toml")
          .model;
  const auto op = [&](const std::string& name) { return node_named(model, name).op; };
  EXPECT_EQ(op("thermometer_1"), graph::Op(graph::Thermometer{.levels = 4, .resolution = 0.25}));
  const auto conv = std::get<graph::Conv2d>(op("conv2d_1"));
  EXPECT_TRUE(conv.binary);
  EXPECT_EQ(conv.accumulator, fixed::parse_format("fixed<16,9,RND,SAT>"));
  EXPECT_EQ(op("sign_1"), graph::Op(graph::QuantSign{.bits = 1, .clip_range = 1.3}));
  EXPECT_EQ(op("quant_sign_1"), graph::Op(graph::QuantSign{.bits = 2, .clip_range = 1.0}));
  EXPECT_EQ(op("fractional_conv2d_1"),
            graph::Op(graph::FractionalConv2d{.out_channels = 4, .kernel = {1, 1}}));
  EXPECT_EQ(op("affine_1"), graph::Op(graph::Affine{.num_parameters = 4, .has_offset = false}));
}

TEST(Recipe, AnRpreluIsAnOffsetAPreluAndAnOffset) {
  const graph::Model model =
      parse_recipe(kDataHead + layer("kind = \"conv2d\"\nout_channels = 4\nkernel_size = 28") +
                       layer("kind = \"rprelu\"\nname = \"act\"") + layer("kind = \"flatten\"") +
                       layer("kind = \"linear\"\nout_features = 10") +
                       "[format.slopes]\nwidth = 5\nk_hot = 2\n[format.offsets]\nwidth = 6\n",
                   "recipe.toml")
          .model;
  ASSERT_EQ(model.nodes.size(), 7u);
  EXPECT_EQ(model.nodes[2].name, "act.shift_x");
  EXPECT_EQ(model.nodes[3].name, "act.prelu");
  EXPECT_EQ(model.nodes[3].op, graph::Op(graph::Prelu{.num_parameters = 4}));
  EXPECT_EQ(model.nodes[4].name, "act");
  EXPECT_EQ(model.nodes[5].inputs, (std::vector<graph::NodeId>{4}));
  EXPECT_EQ(test::param_spec(model, "act.prelu", graph::Role::Slope).width, 5);
  EXPECT_EQ(test::param_spec(model, "act.prelu", graph::Role::Slope).k_hot, 2);
  EXPECT_EQ(test::param_spec(model, "act.shift_x", graph::Role::Offset).width, 6);
  EXPECT_EQ(test::param_spec(model, "act", graph::Role::Offset).width, 6);
}

TEST(Recipe, AShiftIsAnOffset) {
  const std::string rest =
      layer("kind = \"flatten\"") + layer("kind = \"linear\"\nout_features = 10");
  const graph::Model model =
      parse_recipe(kDataHead + layer("kind = \"shift\"") + rest, "recipe.toml").model;
  EXPECT_EQ(model.nodes[1].op, graph::Op(graph::Offset{}));
  EXPECT_EQ(model.nodes[1].name, "shift_1") << "the first name stays, and with it the file";
}

const std::string kSequenceHead =
    "[data]\nsource = \"idx:nowhere\"\ninput = [3, 32]\nclasses = 2\nnormalize = { divisor = 256 "
    "}\n";

TEST(Recipe, PaddingIsFourNumbersAndPoolsCount) {
  const graph::Model model =
      parse_recipe(
          "[data]\nsource = \"idx:nowhere\"\ninput = [1, 9, 8]\nclasses = 2\nnormalize = { divisor "
          "= 256 }\n" +
              layer("kind = \"conv2d\"\nout_channels = 4\nkernel_size = 2\npadding = [1, 0, 2, 3]") +
              layer("kind = \"max_pool2d\"\nkernel_size = 2\ndilation = [2, 1]\npadding = [0, 1, 0, 0]\n"
                    "stride = 3\nceil_mode = true") +
              layer("kind = \"avg_pool2d\"\nkernel_size = 3\nstride = 2\npadding = 1\n"
                    "count_include_pad = false\nceil_mode = true") +
              layer("kind = \"flatten\"") + layer("kind = \"linear\"\nout_features = 2"),
          "recipe.toml")
          .model;
  EXPECT_EQ(model.nodes[1].op,
            graph::Op(graph::Conv2d{
                .out_channels = 4, .kernel = {2, 2}, .padding = {1, 0, 2, 3}, .has_bias = true}));
  EXPECT_EQ(model.nodes[1].shape, (graph::Shape{4, 11, 10}));
  // Rows: 11 leave 8 behind a span of 3, so that a window at 9 reaches one beyond; columns: 11 with
  // the padding leave 9, all of them used.
  EXPECT_EQ(model.nodes[2].op, graph::Op(graph::MaxPool2d{.kernel = {2, 2},
                                                          .stride = {3, 3},
                                                          .padding = {0, 1, 1, 0},
                                                          .dilation = {2, 1}}));
  EXPECT_EQ(model.nodes[2].shape, (graph::Shape{4, 4, 4}));
  EXPECT_EQ(model.nodes[3].op, graph::Op(graph::AvgPool2d{.kernel = {3, 3},
                                                          .stride = {2, 2},
                                                          .padding = {1, 1},
                                                          .count_include_pad = false,
                                                          .overhang = {1, 1}}));
  EXPECT_EQ(model.nodes[3].shape, (graph::Shape{4, 3, 3}));
}

TEST(Recipe, ACausalConvolutionPadsBefore) {
  const graph::Model model =
      parse_recipe(kSequenceHead + layer("kind = \"conv1d\"\nout_channels = 4\nkernel_size = 3\n"
                                         "dilation = 2\npadding = [4, 0]") +
                       layer("kind = \"flatten\"") + layer("kind = \"linear\"\nout_features = 2"),
                   "recipe.toml")
          .model;
  EXPECT_EQ(std::get<graph::Conv2d>(model.nodes[2].op).padding, (graph::Sides{0, 4, 0, 0}));
  EXPECT_EQ(model.nodes[2].shape, (graph::Shape{4, 1, 32}));
}

TEST(Recipe, ASequenceBecomesAnImageOfOneRowOnce) {
  const graph::Model model =
      parse_recipe(kSequenceHead + layer("kind = \"batch_norm\"") +
                       layer("kind = \"conv1d\"\nname = \"conv\"\nout_channels = 4\nkernel_size = "
                             "5\nstride = 2\npadding = 2\ndilation = 1") +
                       layer("kind = \"max_pool1d\"\nkernel_size = 2") +
                       layer("kind = \"avg_pool1d\"\nkernel_size = 3\nstride = 2\npadding = 1") +
                       layer("kind = \"flatten\"") + layer("kind = \"linear\"\nout_features = 2"),
                   "recipe.toml")
          .model;
  EXPECT_EQ(model.nodes[0].shape, (graph::Shape{3, 32}));
  EXPECT_EQ(model.nodes[2].name, "conv.unsqueeze");
  EXPECT_EQ(model.nodes[2].spec, model.nodes[1].spec) << "no format of its own";
  EXPECT_EQ(model.nodes[3].op, graph::Op(graph::Conv2d{.out_channels = 4,
                                                       .kernel = {1, 5},
                                                       .stride = {1, 2},
                                                       .padding = {0, 2},
                                                       .has_bias = true}));
  EXPECT_EQ(model.nodes[4].op, graph::Op(graph::MaxPool2d{.kernel = {1, 2}, .stride = {1, 2}}));
  EXPECT_EQ(model.nodes[5].op,
            graph::Op(graph::AvgPool2d{.kernel = {1, 3}, .stride = {1, 2}, .padding = {0, 1}}));
  EXPECT_EQ(model.nodes[5].shape, (graph::Shape{4, 1, 4}));
}

}  // namespace
}  // namespace qfx::frontends
