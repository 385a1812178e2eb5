// What a network is for, dropout, and how two recipes differ.
#include <gmock/gmock.h>

#include "support/recipes.h"

namespace qfx::frontends {
namespace {

using test::kDataHead;
using test::node_named;
using test::recipe_with;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Recipe parsed(const std::string& text) {
  return parse_recipe(text, "recipe.toml");
}

TEST(RecipeLoss, CrossEntropyOfClassesUnlessItSaysOtherwise) {
  const Recipe recipe = recipe_with("");
  EXPECT_EQ(recipe.model.task, graph::Task{});
  EXPECT_EQ(recipe.data.targets, data::Targets::Classes);
  EXPECT_THAT(recipe.class_weights, IsEmpty());
  EXPECT_FALSE(recipe.balances_classes);
  EXPECT_EQ(recipe.label_smoothing, 0);
  EXPECT_EQ(recipe.keep, Keep::Best);
  EXPECT_EQ(recipe.start_from, StartFrom::Float);
}

TEST(RecipeLoss, ReadsItsKeys) {
  const std::string network = "[network]\nzoo = \"tiny_resnet\"\n" + kDataHead;
  Recipe recipe = parsed("class_weights = \"balanced\"\nlabel_smoothing = 0.1\n" + network +
                         "[fixed]\nkeep = \"last\"\n");
  EXPECT_TRUE(recipe.balances_classes);
  EXPECT_EQ(recipe.label_smoothing, 0.1);
  EXPECT_EQ(recipe.keep, Keep::Last);
  recipe = parsed("class_weights = [1, 2, 1, 1, 1, 1, 1, 1, 1, 0.5]\n" + network);
  EXPECT_EQ(recipe.class_weights[1], 2);
  EXPECT_EQ(parsed("start = \"R\"\nstart_from = \"fixed\"\n" + network).start_from,
            StartFrom::Fixed);
  recipe = parsed("loss = \"bce\"\n" + network);
  EXPECT_EQ(recipe.model.task.loss, graph::Loss::Bce);
  EXPECT_EQ(recipe.data.targets, data::Targets::Values);
}

TEST(RecipeLoss, AnAutoencoderHasItsSampleForATarget) {
  const std::string layers =
      "network.layers = [ {kind=\"flatten\"}, {kind=\"linear\", out_features=784} ]\n" + kDataHead +
      "target = \"input\"\n";
  Recipe recipe = parsed(layers);
  EXPECT_TRUE(recipe.model.task.rebuilds_input);
  EXPECT_EQ(recipe.model.task.loss, graph::Loss::Mse) << "where nothing else is said";
  EXPECT_EQ(recipe.data.targets, data::Targets::None);
  EXPECT_EQ(parsed("loss = \"mae\"\n" + layers).model.task.loss, graph::Loss::Mae);
}

TEST(RecipeTeacher, LabelsOnlyMeasure) {
  const std::string head =
      "loss = \"teacher\"\nfloat.epochs = 0\n[network]\nzoo = \"tiny_resnet\"\n";
  Recipe recipe = parsed(head + kDataHead);
  EXPECT_TRUE(recipe.has_teacher);
  EXPECT_EQ(recipe.data.targets, data::Targets::None) << "they may be missing";
  EXPECT_EQ(recipe.model.task.loss, graph::Loss::CrossEntropy);
  EXPECT_FALSE(recipe_with("").has_teacher);
  recipe = parsed(head + kDataHead + "target = \"values\"\n");
  EXPECT_EQ(recipe.data.targets, data::Targets::Values);
  EXPECT_EQ(recipe.model.task.loss, graph::Loss::Mse);
  recipe = parsed(
      "loss = \"teacher\"\nfloat.epochs = 0\nnetwork.layers = [ {kind=\"conv2d\", "
      "out_channels=4, kernel_size=3} ]\n" +
      kDataHead);
  EXPECT_EQ(recipe.model.task.loss, graph::Loss::Mse) << "an image is no class";
}

TEST(RecipeTeacher, HasNoFloatPhaseAndNoClassWeights) {
  const std::string network = "[network]\nzoo = \"tiny_resnet\"\n" + kDataHead;
  EXPECT_THAT([&] { parsed("loss = \"teacher\"\n" + network); },
              ::testing::ThrowsMessage<UserError>(::testing::HasSubstr("epochs = 0")));
  EXPECT_THAT(
      [&] { parsed("loss = \"teacher\"\nlabel_smoothing = 0.1\nfloat.epochs = 0\n" + network); },
      ::testing::ThrowsMessage<UserError>(::testing::HasSubstr("loss is \"teacher\"")));
}

TEST(RecipeCalibration, ReadsItsSteps) {
  Recipe recipe = recipe_with("");
  EXPECT_FALSE(recipe.calibration.equalize);
  EXPECT_FALSE(recipe.calibration.bias_correction);
  EXPECT_EQ(recipe.calibration.rounding, WeightRounding::Nearest);
  recipe =
      recipe_with("[calibration]\nequalize = true\nbias_correction = true\nrounding = \"gptq\"\n");
  EXPECT_TRUE(recipe.calibration.equalize);
  EXPECT_TRUE(recipe.calibration.bias_correction);
  EXPECT_EQ(recipe.calibration.rounding, WeightRounding::Gptq);
}

// Two convolutions that meet in an add before a relu; behind it one that nothing follows.
TEST(RecipePreactivations, LieBetweenASumAndItsRelu) {
  const Recipe recipe = parsed(
      "network.layers = [ {kind=\"conv2d\", name=\"a\", out_channels=4, kernel_size=3, padding=1}, "
      "{kind=\"relu\", name=\"ra\"}, "
      "{kind=\"conv2d\", name=\"b\", out_channels=4, kernel_size=3, padding=1}, "
      "{kind=\"batch_norm\", name=\"bn\"}, "
      "{kind=\"add\", name=\"sum\", inputs=[\"bn\", \"ra\"]}, {kind=\"relu\", name=\"rs\"}, "
      "{kind=\"flatten\"}, {kind=\"linear\", name=\"fc\", out_features=10} ]\n" +
      kDataHead + "[format.activations]\nwidth = 7\n[format.preactivations]\nwidth = 16\n");
  for (const char* name : {"a", "b", "bn", "sum"})
    EXPECT_EQ(node_named(recipe.model, name).spec.width, 16) << name;
  for (const char* name : {"ra", "rs", "fc"})
    EXPECT_EQ(node_named(recipe.model, name).spec.width, 7) << name;
}

// The last layer, what a softmax behind it gives and nothing that a product reads too.
TEST(RecipeOutputs, AreWhatLeavesTheNetwork) {
  const Recipe recipe = parsed(
      "network.outputs = [\"probabilities\", \"tapped\", \"turned\"]\n"
      "network.layers = [ {kind=\"conv2d\", name=\"first\", out_channels=4, kernel_size=3}, "
      "{kind=\"conv2d\", name=\"tapped\", out_channels=4, kernel_size=3}, "
      "{kind=\"conv2d\", name=\"aside\", out_channels=4, kernel_size=3, inputs=[\"first\"]}, "
      "{kind=\"flatten\", name=\"turned\"}, "
      "{kind=\"flatten\", inputs=[\"tapped\"]}, "
      "{kind=\"linear\", name=\"a\", out_features=10}, "
      "{kind=\"offset\", name=\"sum\"}, "
      "{kind=\"softmax\", name=\"probabilities\"} ]\n"
      "loss = \"teacher\"\nfloat.epochs = 0\n" +
      kDataHead + "[format]\nwidth = 4\n[format.outputs]\nwidth = 9\n");
  for (const char* name : {"aside", "a", "sum", "probabilities"})
    EXPECT_EQ(node_named(recipe.model, name).spec.width, 9) << name;
  for (const char* name : {"input", "first", "tapped"})
    EXPECT_EQ(node_named(recipe.model, name).spec.width, 4) << name;
}

TEST(RecipeDropout, LeavesNoNodeAndIsKeptByTheOneBefore) {
  const Recipe recipe = parsed(
      "network.layers = [ {kind=\"dropout\", p=0.1}, {kind=\"flatten\"}, "
      "{kind=\"linear\", name=\"fc1\", out_features=16}, {kind=\"relu\", name=\"r\"}, "
      "{kind=\"dropout\", name=\"d\"}, {kind=\"linear\", name=\"fc2\", out_features=16}, "
      "{kind=\"add\", inputs=[\"fc2\", \"d\"]}, {kind=\"linear\", out_features=10} ]\n" +
      kDataHead);
  EXPECT_EQ(recipe.dropout, (std::map<std::string, double>{{"input", 0.1}, {"r", 0.5}}));
  EXPECT_EQ(recipe.model.nodes.size(), 7U);
  EXPECT_EQ(node_named(recipe.model, "fc2").inputs, (std::vector<graph::NodeId>{3}));
}

TEST(RecipeDifferences, AreKeysThatSayOtherwise) {
  EXPECT_THAT(recipe_differences("a = 1\n[t]\nb = [1, 2]\n", "t = { b = [1,2] } # so\na = 1\n"),
              IsEmpty());
  EXPECT_THAT(recipe_differences("seed = 1\n[fixed]\nepochs = 3\n",
                                 "[fixed]\nepochs = 5\nschedule = \"step\"\n"),
              ElementsAre("fixed.epochs", "fixed.schedule", "seed"));
  EXPECT_THAT(recipe_differences("", "[float]\nepochs = 1\n"), ElementsAre("float.epochs"));
  EXPECT_THAT(recipe_differences("network.layers = [{kind=\"relu\"}]\n",
                                 "network.layers = [{kind=\"relu6\"}]\n"),
              ElementsAre("network.layers"));
}

}  // namespace
}  // namespace qfx::frontends
