#include "qfx/frontends/layer_fold.h"

#include <gmock/gmock.h>

#include "support/user_error.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

using ::testing::HasSubstr;

TEST(LayerFold, ResultsAndOperands) {
  EXPECT_EQ(parse_layer_fold("4x16"), (LayerFold{4, 16}));
  EXPECT_EQ(parse_layer_fold("4"), (LayerFold{4, 0}));
  for (const char* wrong : {"", "x", "4x", "x4", "0", "4x0", "-1", "4x4x4", "4 x4", "4.0", "1e3",
                            "99999999999999999999"})
    EXPECT_EQ(parse_layer_fold(wrong), std::nullopt) << wrong;
}

std::string text_with_folds(const std::string& folds) {
  return "network.zoo = \"tiny_resnet\"\n[data]\nsource = \"fashion-mnist\"\n[fold]\n" + folds;
}

TEST(LayerFold, OfARecipe) {
  const auto folds =
      recipe_folds(text_with_folds("conv1 = \"4x1\"\n\"block1.conv\" = 2\n"), "r.toml");
  EXPECT_EQ(folds.at("conv1"), (LayerFold{4, 1}));
  EXPECT_EQ(folds.at("block1.conv"), (LayerFold{2, 0}));
  EXPECT_TRUE(recipe_folds("name = \"a\"\n", "r.toml").empty());
}

TEST(LayerFold, ErrorsNameTheLineAndTheNearestLayer) {
  const auto error = [](const std::string& folds) {
    return test::user_error_of([&] { parse_recipe(text_with_folds(folds), "r.toml"); });
  };
  EXPECT_EQ(error("conv1 = \"4x1\"\n"), "");
  EXPECT_THAT(error("conf1 = \"4x1\"\n"), HasSubstr("conv1"));
  EXPECT_THAT(error("conv1 = \"4y1\"\n"), HasSubstr("r.toml:5: fold.conv1 = \"4y1\": allowed are"));
  EXPECT_THAT(error("conv1 = 0\n"), HasSubstr("a whole number from 1"));
}

}  // namespace
}  // namespace qfx::frontends
