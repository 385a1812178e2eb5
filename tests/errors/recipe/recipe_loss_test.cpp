// What a recipe says wrong of its loss, its weights, its dropout and its start.
#include "errors/recipe/cases.h"

namespace qfx::frontends {
namespace {

using test::kDataHead;

const std::string kNetwork = "[network]\nzoo = \"tiny_resnet\"\n" + kDataHead;

std::string with_layers(const std::string& layers) {
  return "network.layers = [ {kind=\"flatten\", name=\"f\"}, " + layers + " ]\n" + kDataHead;
}

class RecipeLossError : public ::testing::TestWithParam<HeadCase> {};

TEST_P(RecipeLossError, SaysWhereWhatAndWhatIsAllowed) {
  expect_fragments(GetParam().text, GetParam().fragments);
}

INSTANTIATE_TEST_SUITE_P(
    Loss, RecipeLossError,
    ::testing::Values(
        HeadCase{"loss = \"mes\"\n" + kNetwork,
                 {"recipe.toml:1: loss = \"mes\"", "\"cross_entropy\", \"mse\", \"mae\", \"bce\"",
                  "did you mean \"mse\""}},
        HeadCase{"loss = 1\n" + kNetwork, {"loss = 1", "\"cross_entropy\""}},
        HeadCase{"loss = \"mse\"\nlabel_smoothing = 0.1\n" + kNetwork,
                 {"recipe.toml:2: label_smoothing = 0.1", "belongs to loss = \"cross_entropy\"",
                  "the loss is \"mse\""}},
        HeadCase{"loss = \"mae\"\nclass_weights = \"balanced\"\n" + kNetwork,
                 {"recipe.toml:2: class_weights", "the loss is \"mae\"", "leave it out"}},
        HeadCase{"class_weights = \"balance\"\n" + kNetwork,
                 {"class_weights = \"balance\"", "did you mean \"balanced\""}},
        HeadCase{"class_weights = [1, 2]\n" + kNetwork,
                 {"recipe.toml:1: class_weights = [ 1, 2 ]", "10 outputs", "10 weights", "not 2"}},
        HeadCase{"class_weights = [1, 0]\n" + kNetwork, {"class_weights[1] = 0", "above 0"}},
        HeadCase{"class_weights = 3\n" + kNetwork, {"class_weights = 3", "list of numbers"}},
        HeadCase{"label_smoothing = 1\n" + kNetwork, {"label_smoothing = 1", "from 0 to 0.999"}},
        HeadCase{kNetwork + "target = \"inputs\"\n",
                 {"data.target = \"inputs\"", "did you mean \"input\""}},
        HeadCase{"loss = \"cross_entropy\"\n" + kNetwork + "target = \"input\"\n",
                 {"recipe.toml:1: loss", "no classes", "\"mse\", \"mae\" or \"bce\""}},
        HeadCase{with_layers("{kind=\"linear\", out_features=10}") + "target = \"input\"\n",
                 {"network", "gives 10 values", "784 values a sample", "must be equal"}},
        HeadCase{"loss = \"bce\"\n" + with_layers("{kind=\"linear\", out_features=10}, "
                                                  "{kind=\"sigmoid\", name=\"s\"}"),
                 {"recipe.toml:1: loss = \"bce\"", "takes the sigmoid of the outputs itself",
                  "'s' (sigmoid)", "leave that layer out"}},
        HeadCase{"loss = \"bce\"\n" + with_layers("{kind=\"linear\", out_features=10}, "
                                                  "{kind=\"relu\", name=\"r\"}"),
                 {"'r' (relu)", "never below it"}}));

INSTANTIATE_TEST_SUITE_P(
    Dropout, RecipeLossError,
    ::testing::Values(
        HeadCase{with_layers("{kind=\"dropout\", p=1.0}, {kind=\"linear\", out_features=10}"),
                 {"p = 1.0", "from 0 to 0.99"}},
        HeadCase{with_layers("{kind=\"dropout\", rate=0.5}, {kind=\"linear\", out_features=10}"),
                 {"rate = 0.5", "unknown key"}},
        HeadCase{with_layers("{kind=\"linear\", p=0.5, out_features=10}"),
                 {"p = 0.5", "a linear has no such key"}},
        HeadCase{with_layers("{kind=\"linear\", out_features=10}, {kind=\"dropout\"}"),
                 {"network.layers[2]", "a dropout at the end"}},
        HeadCase{with_layers("{kind=\"dropout\"}, {kind=\"dropout\"}, "
                             "{kind=\"linear\", out_features=10}"),
                 {"network.layers[2]", "'f' has the dropout 'dropout_1' already"}},
        HeadCase{with_layers("{kind=\"linear\", name=\"a\", out_features=10}, "
                             "{kind=\"dropout\", inputs=[\"f\"]}, "
                             "{kind=\"linear\", name=\"b\", out_features=10}, "
                             "{kind=\"add\", inputs=[\"a\", \"b\"]}"),
                 {"network.layers[2]", "a layer above reads 'f' as it is"}},
        HeadCase{with_layers("{kind=\"dropout\", name=\"d\"}, "
                             "{kind=\"linear\", name=\"a\", out_features=10}, "
                             "{kind=\"linear\", name=\"b\", out_features=10, inputs=[\"f\"]}, "
                             "{kind=\"add\", inputs=[\"a\", \"b\"]}"),
                 {"network.layers[3]", "'f' is followed by the dropout 'd'", "write 'd'"}},
        HeadCase{with_layers("{kind=\"dropout\", inputs=[\"f\", \"f\"]}, "
                             "{kind=\"linear\", out_features=10}"),
                 {"takes 1 input", "inputs gives 2"}}));

INSTANTIATE_TEST_SUITE_P(
    Start, RecipeLossError,
    ::testing::Values(HeadCase{"start_from = \"fixed\"\n" + kNetwork,
                               {"recipe.toml:1: start_from = \"fixed\"", "belongs to start"}},
                      HeadCase{"start = \"R\"\nstart_from = \"point\"\n" + kNetwork,
                               {"recipe.toml:2: start_from = \"point\"", "\"float\", \"fixed\""}},
                      HeadCase{"untrained = [\"fc.wieght\"]\n" + kNetwork,
                               {"recipe.toml:1: untrained", "'fc.wieght' matches no parameter",
                                "the nearest is '"}},
                      HeadCase{"untrained = \"\"\n" + kNetwork, {"untrained"}},
                      HeadCase{kNetwork + "[float]\nbinary_weights = 0\n",
                               {"float.binary_weights = 0", "true or false"}},
                      HeadCase{kNetwork + "[fixed]\nkeep = \"worst\"\n",
                               {"fixed.keep = \"worst\"", "\"best\", \"last\""}},
                      HeadCase{kNetwork + "[float]\nkeep = \"best\"\n",
                               {"float.keep", "unknown key"}}));

}  // namespace
}  // namespace qfx::frontends
