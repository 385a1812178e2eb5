// network.outputs given wrong values.
#include <string>

#include "errors/recipe/cases.h"

namespace qfx::frontends {
namespace {

std::string heads(const std::string& outputs, const std::string& loss = "mse") {
  return "loss = \"" + loss + "\"\n[network]\noutputs = " + outputs +
         "\nlayers = [ {kind=\"global_avg_pool2d\", name=\"trunk\"},\n"
         "{kind=\"conv2d\", name=\"boxes\", inputs=[\"trunk\"], out_channels=4, kernel_size=1},\n"
         "{kind=\"conv2d\", name=\"scores\", inputs=[\"trunk\"], out_channels=6, kernel_size=1} "
         "]\n" +
         test::kDataHead;
}

class RecipeOutputsError : public ::testing::TestWithParam<HeadCase> {};

TEST_P(RecipeOutputsError, SaysWhereWhatAndWhatIsAllowed) {
  expect_fragments(GetParam().text, GetParam().fragments);
}

INSTANTIATE_TEST_SUITE_P(
    Outputs, RecipeOutputsError,
    ::testing::Values(
        HeadCase{heads("[\"boxes\", \"score\"]"),
                 {"recipe.toml:3: network.outputs", "there is no layer 'score'", "'scores'"}},
        HeadCase{heads("[\"boxes\", \"scores\", \"boxes\"]"), {"'boxes' is named twice"}},
        HeadCase{heads("[\"input\", \"scores\", \"boxes\"]"), {"the input is no output"}},
        HeadCase{
            heads("[\"scores\"]"),
            {"network.layers[1]", "no layer reads this one", "network.outputs does not name it"}},
        HeadCase{
            heads("[\"scores\", \"boxes\"]", "cross_entropy"),
            {"the network has several outputs", "loss = \"cross_entropy\" is about one", "mse"}},
        HeadCase{"[network]\nzoo = \"tiny_resnet\"\noutputs = [\"classifier\"]\n" + test::kDataHead,
                 {"network.outputs", "this belongs to [[network.layers]]"}},
        HeadCase{heads("[\"scores\", \"trunk\", \"boxes\"]"),
                 {"the network's 3 outputs give 11 values", "the data has 10"}}));

}  // namespace
}  // namespace qfx::frontends
