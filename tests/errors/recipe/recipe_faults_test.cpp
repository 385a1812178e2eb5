// All that is wrong with a recipe in one message, in the order of the lines, and nothing that only
// follows from it; and what a word of another tool is meant to be.
#include <algorithm>
#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "errors/recipe/cases.h"
#include "support/recipes.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

using test::kDataHead;
using test::kRecipeHead;
using ::testing::HasSubstr;
using ::testing::Not;

// The lines of the message that name a place, in order.
std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> lines;
  const std::string error = error_of(text);
  for (std::size_t at = 0; at < error.size();) {
    const std::size_t end = std::min(error.find('\n', at), error.size());
    const std::string line = error.substr(at, end - at);
    if (line.find("recipe.toml:") != line.npos) lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

TEST(RecipeFaults, AllAreToldInTheOrderOfTheLines) {
  const std::string text =
      "sed = 3\n"
      "epochs = 5\n"
      "[network]\n"
      "batch_norm = \"folded\"\n"
      "layers = [\n"
      " {kind = \"conv\", filters = 4, kernel_size = 3},\n"
      " {kind = \"relu\"},\n"
      " {kind = \"flatten\"},\n"
      " {kind = \"dense\", units = 10} ]\n"
      "[data]\n"
      "source = \"idx:nowhere\"\n"
      "batch = 16\n"
      "test_limit = -1\n"
      "[format]\n"
      "bits = 8\n"
      "rounding = \"up\"\n"
      "[format.weights]\n"
      "width = 99\n"
      "[[format.override]]\n"
      "match = \"*\"\n"
      "k_hot = \"two\"\n"
      "[float]\n"
      "lr = 0.1\n"
      "optimizer = \"adm\"\n"
      "[fixed]\n"
      "epochs = -1\n"
      "[checkpoint]\n"
      "minutes = 0\n";
  const std::vector<std::string> faults = faults_of(text);
  const std::vector<std::string> expected{
      "recipe.toml:1: sed = 3: unknown key; did you mean 'seed'?",
      "recipe.toml:2: epochs = 5: unknown key; did you mean 'epochs' of [float] or [fixed]?",
      "recipe.toml:4: network.batch_norm = \"folded\"",
      "recipe.toml:6: network.layers[0].filters = 4: unknown key; did you mean 'out_channels'?",
      "recipe.toml:6: network.layers[0].kind = \"conv\"",
      "recipe.toml:9: network.layers[3].units = 10: unknown key; did you mean 'out_features'?",
      "recipe.toml:9: network.layers[3].kind = \"dense\"",
      "recipe.toml:12: data.batch = 16: unknown key; did you mean 'batch_size'?",
      "recipe.toml:13: data.test_limit = -1",
      "recipe.toml:15: format.bits = 8: unknown key; did you mean 'width'?",
      "recipe.toml:16: format.rounding = \"up\"",
      "recipe.toml:18: format.weights.width = 99",
      "recipe.toml:21: format.override[0].k_hot = \"two\"",
      "recipe.toml:23: float.lr = 0.1: unknown key; did you mean 'learning_rate'?",
      "recipe.toml:24: float.optimizer = \"adm\"",
      "recipe.toml:26: fixed.epochs = -1",
      "recipe.toml:28: checkpoint.minutes = 0"};
  EXPECT_THAT(error_of(text), ::testing::StartsWith("recipe.toml has 17 faults:\n"));
  ASSERT_EQ(faults.size(), expected.size()) << error_of(text);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_THAT(faults[i], HasSubstr(expected[i]));
}

TEST(RecipeFaults, OneIsToldAsItIs) {
  EXPECT_THAT(error_of(kRecipeHead + "[float]\nepoch = 1\n"),
              ::testing::StartsWith("recipe.toml:9: float.epoch = 1: unknown key"));
}

TEST(RecipeFaults, WhatFollowsFromOneIsNotTold) {
  // Without its schedule step_epochs would belong to none, without its kind the layer needs one.
  EXPECT_THAT(faults_of(kRecipeHead + "[float]\nschedule = \"stap\"\nstep_epochs = [1]\n"),
              ::testing::ElementsAre(HasSubstr("float.schedule")));
  EXPECT_THAT(faults_of("[network]\nlayers = [{kind = \"lin\", out_features = 3}]\n" + kDataHead),
              ::testing::ElementsAre(HasSubstr("network.layers[0].kind")));
  // A layer that is wrong has no name that an override could miss.
  EXPECT_THAT(faults_of("[network]\nlayers = [{kind = \"flatten\"}, {kind = \"linear\", name = "
                        "\"out\", out_features = 0}]\n" +
                        kDataHead + "[[format.override]]\nmatch = \"out\"\n"),
              ::testing::ElementsAre(HasSubstr("network.layers[1].out_features = 0")));
  EXPECT_THAT(faults_of("[network]\nzoo = \"mlp\"\n[data]\nsource = \"idx:nowhere\"\n"),
              ::testing::ElementsAre(HasSubstr("data.source")));
}

TEST(RecipeFaults, EveryOverrideIsLookedUp) {
  EXPECT_THAT(faults_of(kRecipeHead + "[[format.override]]\nmatch = \"nothing\"\nwidth = 3\n"
                                      "[[format.override]]\nmatch = [\"conv1\", \"nowhere\"]\n"
                                      "width = 3\n"),
              ::testing::ElementsAre(HasSubstr("format.override[0].match = \"nothing\""),
                                     HasSubstr("'nowhere' matches no tensor")));
}

TEST(RecipeFaults, ManyAreToldUpToALimit) {
  std::string text = kRecipeHead + "[float]\n";
  for (int i = 0; i < 50; ++i) text += "key" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(faults_of(text).size(), 20u);
  EXPECT_THAT(error_of(text), ::testing::StartsWith("recipe.toml has 20 faults or more:"));
  std::string top;
  for (int i = 0; i < 50; ++i) top += "key" + std::to_string(i) + " = 1\n";
  EXPECT_THAT(error_of(top + kRecipeHead),
              ::testing::StartsWith("recipe.toml has 20 faults or more:"));
}

struct WordCase {
  std::string text;  // after kRecipeHead
  std::string hint;
};

TEST(RecipeWords, OtherToolsWordsAreKnown) {
  const std::vector<WordCase> cases{
      {"[format]\nbits = 8\n", "did you mean 'width'?"},
      {"[format.weights]\nprecision = 8\n", "did you mean 'width'?"},
      {"[float]\nlr = 1\n", "did you mean 'learning_rate'?"},
      {"[fixed]\nwd = 1\n", "did you mean 'weight_decay'?"},
      {"[fixed]\nbatch_size = 1\n", "did you mean 'batch_size' of [data]?"},
      {"[calibration]\nsamples = 1\n", "did you mean 'images'?"},
      {"[points]\nmomentum = 1\n", "did you mean 'momentum' of [float] or [fixed]?"},
      {"[model]\nzoo = \"mlp\"\n", "did you mean 'network'?"},
      {"[float]\noptimizer = \"AdamW\"\n", "did you mean \"adam\"?"},
      {"[calibration]\nmethod = \"entropy\"\n", "did you mean \"kl\"?"},
      {"[format]\nrounding = \"floor\"\n", "the nearest is TRN"}};
  for (const WordCase& c : cases) EXPECT_THAT(error_of(kRecipeHead + c.text), HasSubstr(c.hint));
  for (const auto& [word, kind] : std::vector<std::pair<std::string, std::string>>{
           {"dense", "linear"},
           {"Dense", "linear"},
           {"conv", "conv2d"},
           {"Conv2d", "conv2d"},
           {"maxpool", "max_pool2d"},
           {"MaxPool2d", "max_pool2d"},
           {"avgpool", "avg_pool2d"},
           {"GlobalAveragePooling2D", "global_avg_pool2d"},
           {"batchnorm", "batch_norm"},
           {"BatchNormalization", "batch_norm"},
           {"swish", "silu"},
           {"concatenate", "concat"}}) {
    EXPECT_THAT(error_of("network.layers = [{kind = \"" + word + "\"}]\n" + kDataHead),
                HasSubstr("did you mean \"" + kind + "\"?"));
  }
  EXPECT_THAT(error_of("network.layers = [{kind = \"flatten\"}, {kind = \"linear\", "
                       "out_channels = 10}]\n" +
                       kDataHead),
              HasSubstr("a linear has no such key; did you mean 'out_features'?"));
}

TEST(RecipeWords, AMlpTakesItsSizes) {
  const std::string head = "[network]\nzoo = \"mlp\"\n";
  const graph::Model model = parse_recipe(head + "hidden = [256, 32, 16]\n" + kDataHead, "r").model;
  std::vector<std::int64_t> sizes;
  for (const graph::Node& node : model.nodes) {
    if (const auto* linear = std::get_if<graph::Linear>(&node.op))
      sizes.push_back(linear->out_features);
  }
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{256, 32, 16, 10}));
  EXPECT_EQ(parse_recipe(head + "hidden = [128, 128]\n" + kDataHead, "r").model,
            parse_recipe(head + kDataHead, "r").model);
  EXPECT_THAT(error_of(head + "hidden = [0]\n" + kDataHead),
              HasSubstr("network.hidden[0] = 0: a whole number from 1"));
  EXPECT_THAT(error_of(head + "hidden = [65536, 65536]\n" + kDataHead),
              HasSubstr("make them smaller"));
  EXPECT_THAT(error_of("[network]\nzoo = \"lenet\"\nhidden = [3]\n" + kDataHead),
              HasSubstr("this belongs to zoo = \"mlp\""));
  EXPECT_THAT(error_of(head + "units = [3]\n" + kDataHead), HasSubstr("did you mean 'hidden'?"));
}

}  // namespace
}  // namespace qfx::frontends
