// network.outputs: which layers' values leave the network.
#include <gmock/gmock.h>

#include "support/recipes.h"

#include "qfx/graph/outputs.h"

namespace qfx::frontends {
namespace {

using ::testing::ElementsAre;

// A trunk and two heads: 4 + 6 values.
std::string heads(const std::string& outputs) {
  return "loss = \"mse\"\n[network]\n" + outputs +
         "layers = [ {kind=\"global_avg_pool2d\", name=\"trunk\"},\n"
         "{kind=\"conv2d\", name=\"boxes\", inputs=[\"trunk\"], out_channels=4, kernel_size=1},\n"
         "{kind=\"conv2d\", name=\"scores\", inputs=[\"trunk\"], out_channels=6, kernel_size=1} "
         "]\n" +
         test::kDataHead;
}

TEST(RecipeOutputs, AreNamedInTheirOrder) {
  const Recipe recipe = parse_recipe(heads("outputs = [\"scores\", \"boxes\"]\n"), "recipe.toml");
  EXPECT_THAT(recipe.model.outputs, ElementsAre(3, 2));
  EXPECT_EQ(graph::output_size(recipe.model), 10);
  EXPECT_EQ(recipe.data.targets, data::Targets::Values);
}

TEST(RecipeOutputs, TheLastLayerAloneGoesWithoutSaying) {
  const std::string layers =
      "layers = [ {kind=\"flatten\"}, {kind=\"linear\", name=\"fc\", out_features=10} ]\n" +
      test::kDataHead;
  EXPECT_TRUE(parse_recipe("[network]\noutputs = [\"fc\"]\n" + layers, "recipe.toml")
                  .model.outputs.empty());
}

}  // namespace
}  // namespace qfx::frontends
