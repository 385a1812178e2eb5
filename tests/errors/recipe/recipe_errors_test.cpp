// Every key of the recipe given a wrong value: the message says where, which key, what it is, what
// is allowed.
#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "errors/recipe/cases.h"
#include "support/data_files.h"
#include "support/recipes.h"
#include "support/tiny_data.h"

#include "qfx/base/file.h"
#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

using test::kDataHead;
using test::kRecipeHead;

struct Case {
  std::string text;  // begins at line 8, after kRecipeHead
  std::vector<std::string> fragments;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.text;
}

class RecipeError : public ::testing::TestWithParam<Case> {};

TEST_P(RecipeError, SaysWhereWhatAndWhatIsAllowed) {
  expect_fragments(kRecipeHead + GetParam().text, GetParam().fragments);
}

INSTANTIATE_TEST_SUITE_P(
    Training, RecipeError,
    ::testing::Values(
        Case{"[float]\nepochs = -1\n",
             {"recipe.toml:9: float.epochs = -1", "a number from 0 to 100000"}},
        Case{"[float]\nepochs = nan\n", {"recipe.toml:9: float.epochs = nan", "a number from 0"}},
        Case{"[float]\nepochs = inf\n", {"float.epochs = inf"}},
        Case{"[float]\nepochs = \"10\"\n",
             {"recipe.toml:9: float.epochs = \"10\"", "a number from 0"}},
        Case{"[float]\nepochs = [1]\n", {"float.epochs = ", "a number from 0"}},
        Case{"[float]\nepoch = 3\n",
             {"recipe.toml:9: float.epoch = 3", "did you mean 'epochs'", "learning_rate"}},
        Case{"[float]\noptimizer = \"sdg\"\n",
             {"recipe.toml:9: float.optimizer = ", "sdg", "one of \"sgd\", \"adam\"",
              "did you mean \"sgd\""}},
        Case{"[float]\noptimizer = 1\n", {"float.optimizer = 1", "one of \"sgd\", \"adam\""}},
        Case{"[float]\nlearning_rate = 0\n",
             {"float.learning_rate = 0", "a number above 0 and at most 1000"}},
        Case{"[float]\nlearning_rate = true\n", {"float.learning_rate = true", "a number above 0"}},
        Case{"[float]\nmomentum = 1.0\n", {"float.momentum = 1.0", "a number from 0 to 0.9999"}},
        Case{"[float]\noptimizer = \"adam\"\nmomentum = 0.9\n",
             {"recipe.toml:10: float.momentum = 0.9", "\"sgd\""}},
        Case{"[float]\nweight_decay = -0.1\n",
             {"float.weight_decay = -0.1", "a number from 0 to 10"}},
        Case{"[float]\nschedule = \"cosin\"\n",
             {"float.schedule", "\"constant\", \"cosine\", \"step\"", "did you mean \"cosine\""}},
        Case{"[float]\nwarmup_epochs = -1\n", {"float.warmup_epochs = -1", "a number from 0"}},
        Case{"[float]\nepochs = 2\nwarmup_epochs = 3\n",
             {"recipe.toml:10: float.warmup_epochs = 3", "the phase has 2 epochs"}},
        Case{"[float]\nschedule = \"step\"\n", {"float.schedule", "needs step_epochs"}},
        Case{"[float]\nstep_epochs = [1]\n",
             {"float.step_epochs", "schedule = \"step\"", "the schedule is \"cosine\""}},
        Case{"[float]\nstep_factor = 0.5\n", {"float.step_factor = 0.5", "schedule = \"step\""}},
        Case{"[float]\nschedule = \"step\"\nstep_epochs = [3, 2]\n",
             {"float.step_epochs", "[ 3, 2 ]", "rising"}},
        Case{"[float]\nschedule = \"step\"\nstep_epochs = [3, -2]\n",
             {"float.step_epochs[1] = -2", "above 0"}},
        Case{"[float]\nschedule = \"step\"\nstep_epochs = []\n",
             {"float.step_epochs", "a list of numbers"}},
        Case{"[float]\nschedule = \"step\"\nstep_epochs = [3]\nstep_factor = 2\n",
             {"float.step_factor = 2", "above 0 and at most 1"}},
        Case{"[fixed]\nepochs = 1e9\n", {"recipe.toml:9: fixed.epochs = 1000000000.0", "100000"}},
        Case{"[points]\nlearning_rate = -1\n",
             {"points.learning_rate = -1", "above 0 and at most 1"}},
        Case{"[points]\nfreeze_after = 1.5\n",
             {"points.freeze_after = 1.5", "a number from 0 to 1"}},
        Case{"[points]\nform = \"log2\"\n",
             {"recipe.toml:9: points.form", "\"frac_bits\", \"log2_threshold\""}},
        Case{"[points]\nfreeze = 0.5\n", {"points.freeze = 0.5", "did you mean 'freeze_after'"}},
        Case{"[calibration]\nmethod = \"mean\"\n",
             {"calibration.method", "\"max\", \"mean3sd\", \"percentile\", \"mse\", \"kl\""}},
        Case{"[calibration]\npercentile = 99\n",
             {"calibration.percentile = 99", "method = \"percentile\"", "the method is \"mse\""}},
        Case{"[calibration]\nmethod = \"percentile\"\npercentile = 101\n",
             {"calibration.percentile = 101", "from 50 to 100"}},
        Case{"[calibration]\nimages = 0\n", {"calibration.images = 0", "a whole number from 1"}},
        Case{"[calibration]\nimages = 1.5\n", {"calibration.images = 1.5", "a whole number"}},
        Case{"[checkpoint]\nminutes = 0\n", {"checkpoint.minutes = 0", "above 0"}},
        Case{"[checkpoints]\nminutes = 1\n",
             {"recipe.toml:8: checkpoints = {...}", "did you mean 'checkpoint'"}}));

INSTANTIATE_TEST_SUITE_P(
    Formats, RecipeError,
    ::testing::Values(
        Case{"[format]\nwidth = 0\n",
             {"recipe.toml:9: format.width = 0", "a whole number from 1 to 32"}},
        Case{"[format]\nwidth = 33\n", {"format.width = 33", "from 1 to 32"}},
        Case{"[format]\nwidth = 9223372036854775807\n",
             {"format.width = 9223372036854775807", "from 1 to 32"}},
        Case{"[format]\nwidth = 8.0\n", {"format.width = 8.0", "a whole number"}},
        Case{"[format]\noverflows = \"never\"\n",
             {"recipe.toml:9: format.overflows", "never", "\"allow\", \"forbid\""}},
        Case{"[format.input]\nfloat = true\noverflows = \"forbid\"\n",
             {"format.input.float = true", "leave out 'float' or 'overflows'"}},
        Case{"[format]\nwidht = 8\n", {"format.widht = 8", "did you mean 'width'"}},
        Case{"[format]\nrounding = \"RNDD\"\n",
             {"recipe.toml:9: format.rounding", "RNDD", "RND_CONV"}},
        Case{"[format]\nrounding = 3\n", {"format.rounding = 3", "a text in quotes"}},
        Case{"[format]\noverflow = \"CLIP\"\n", {"format.overflow", "CLIP", "SAT_SYM"}},
        Case{"[format]\noverflow = \"WRAP\"\nwrap_bits = -1\n",
             {"format.wrap_bits = -1", "from 0 to 32"}},
        Case{"[format]\nwrap_bits = 2\n",
             {"recipe.toml:9: format.wrap_bits = 2: this gives 'input' a format that does not "
              "exist",
              "WRAP"}},
        Case{"[format]\noverflow = \"WRAP\"\nwrap_bits = 9\n",
             {"format.wrap_bits = 9: this gives 'input'", "a width of 8"}},
        Case{"[format]\nsign = \"both\"\n",
             {"format.sign", "both", "\"auto\", \"signed\", \"unsigned\""}},
        Case{"[format]\noverflow = \"WRAP_SM\"\nsign = \"unsigned\"\n",
             {"format: this gives 'input'", "WRAP_SM"}},
        Case{"[format]\nwidth = 32\nsign = \"unsigned\"\n",
             {"this makes 'input' unsigned with 32 bits", "at most 31"}},
        Case{"[format]\nbinary_point = \"float\"\n",
             {"format.binary_point", "\"learned\", \"calibrated\", \"fixed\""}},
        Case{"[format]\nbinary_point = \"fixed\"\n",
             {"recipe.toml:9: format.binary_point", "needs int_bits"}},
        Case{"[format]\nbinary_point = \"calibrated\"\nint_bits = 3\n",
             {"recipe.toml:10: format.int_bits = 3", "found from data"}},
        Case{"[format]\nbinary_point = \"calibrated\"\n[format.weights]\nint_bits = 3\n",
             {"recipe.toml:11: format.weights.int_bits = 3", "'conv1.weight' is calibrated"}},
        Case{"[format]\nint_bits = 65\n", {"format.int_bits = 65", "from -64 to 64"}},
        Case{"[format]\ngranularity = \"row\"\n",
             {"format.granularity", "\"tensor\", \"channel\""}},
        Case{"[format.activations]\ngranularity = \"channel\"\n",
             {"recipe.toml:9: format.activations.granularity", "'conv1' is an activation"}},
        Case{"[format]\nk_hot = -1\n", {"format.k_hot = -1", "from 0 to 32"}},
        Case{"[format.activations]\nk_hot = 2\n",
             {"format.activations.k_hot = 2", "'conv1' is an activation", "*.weight"}},
        Case{"[format.input]\nk_hot = 2\n", {"format.input.k_hot = 2", "'input' is an activation"}},
        Case{"[[format.override]]\nmatch = \"conv*\"\nk_hot = 2\n",
             {"recipe.toml:10: format.override[0].k_hot = 2", "'conv1' is an activation"}},
        Case{"[points]\nlearning_rate = 1.5\n",
             {"points.learning_rate = 1.5", "above 0 and at most 1"}},
        Case{"[points]\nlearning_rate = -0.1\n", {"points.learning_rate = -0.1: a number above 0"}},
        Case{"[format]\nsigned_digits = 1\n", {"format.signed_digits = 1", "true or false"}},
        Case{"[format]\nsigned_digits = true\n",
             {"format.signed_digits = true", "no constant here is K-hot"}},
        Case{"[format]\nfloat = true\nwidth = 8\n",
             {"recipe.toml:9: format.float = true", "leave out 'float' or 'width'"}},
        Case{"[format]\nfloat = 1\n", {"format.float = 1", "true or false"}},
        Case{"[format]\nformat = \"fixed<8,3>\"\nwidth = 8\n",
             {"recipe.toml:9: format.format", "fixed<8,3>", "leave out 'format' or 'width'"}},
        Case{"[format]\nformat = \"fixed<8,3>\"\nbinary_point = \"learned\"\n",
             {"format.format", "'binary_point'"}},
        Case{"[format]\nformat = \"fixed<8;3>\"\n", {"recipe.toml:9: format.format", "fixed<8;3>"}},
        Case{"[format]\nformat = \"fixed<64,3>\"\n",
             {"format.format", "fixed<64,3>", "1 to 32 bits"}},
        Case{"[format]\nformat = \"ufixed<32,3>\"\n",
             {"format.format", "ufixed<32,3>", "1 to 31 bits"}},
        Case{"[format]\nformat = \"fixed<8,300>\"\n", {"format.format", "-64 to 64"}},
        Case{"[format]\nformat = 8\n", {"format.format = 8", "a text in quotes"}},
        Case{"format = 8\n", {"recipe.toml:8: data.format = 8", "unknown key"}},
        Case{"[format.weight]\nwidth = 8\n",
             {"recipe.toml:8: format.weight = {...}", "did you mean 'weights'"}},
        Case{"[format]\nweights = 8\n",
             {"format.weights = 8", "a table is allowed", "[format.weights]"}},
        Case{"[format.weights]\nmatch = \"conv1\"\n", {"format.weights.match", "unknown key"}},
        Case{"[format.override]\nmatch = \"conv1\"\n", {"format.override", "[[format.override]]"}},
        Case{"[[format.override]]\nwidth = 8\n",
             {"recipe.toml:8: format.override[0]: an override needs match"}},
        Case{"[[format.override]]\nmatch = \"conf1\"\nwidth = 8\n",
             {"recipe.toml:9: format.override[0].match", "'conf1' matches no tensor", "'conv1'"}},
        Case{"[[format.override]]\nmatch = \"conv1\"\n[[format.override]]\nmatch = [\"conv1\", "
             "\"x*.weight\"]\n",
             {"recipe.toml:11: format.override[1].match", "'x*.weight' matches no tensor"}},
        Case{"[[format.override]]\nmatch = []\n",
             {"format.override[0].match", "a text in quotes or a list"}},
        Case{"[[format.override]]\nmatch = [3]\n",
             {"format.override[0].match[0] = 3", "a text in quotes"}},
        Case{"[[format.override]]\nmatch = \"\"\n",
             {"format.override[0].match", "must not be empty"}},
        Case{"[[format.override]]\nmatch = \"flatten\"\nwidth = 4\n",
             {"'flatten' is a flatten", "'pool'"}}));

class RecipeHeadError : public ::testing::TestWithParam<HeadCase> {};

TEST_P(RecipeHeadError, SaysWhereWhatAndWhatIsAllowed) {
  expect_fragments(GetParam().text, GetParam().fragments);
}

INSTANTIATE_TEST_SUITE_P(
    TopAndNetwork, RecipeHeadError,
    ::testing::Values(
        HeadCase{"", {"recipe.toml:1: the recipe names no data", "fashion-mnist"}},
        HeadCase{"nmae = \"x\"\n" + kRecipeHead, {"recipe.toml:1: nmae = ", "did you mean 'name'"}},
        HeadCase{"name = \"\"\n" + kRecipeHead, {"recipe.toml:1: name = ", "must not be empty"}},
        HeadCase{"name = \"" + std::string(101, 'x') + "\"\n" + kRecipeHead,
                 {"recipe.toml:1: name = ", "xxx...", "at most 100 printable ASCII"}},
        HeadCase{"seed = -1\n" + kRecipeHead,
                 {"recipe.toml:1: seed = -1", "a whole number from 0"}},
        HeadCase{"seed = 99999999999999999999\n" + kRecipeHead,
                 {"recipe.toml:1: this is not TOML"}},
        HeadCase{"threads = 5000\n" + kRecipeHead,
                 {"recipe.toml:1: threads = 5000", "from 0 to 1024"}},
        HeadCase{"device = 3\n" + kRecipeHead, {"recipe.toml:1: device = 3", "a text in quotes"}},
        HeadCase{"start = 3\n" + kRecipeHead, {"recipe.toml:1: start = 3", "a text in quotes"}},
        HeadCase{"start = \"runs/x\"\n" + kRecipeHead + "[float]\nepochs = 3\n",
                 {"recipe.toml:9: float: start takes", "leave out start or [float]"}},
        HeadCase{kDataHead,
                 {"recipe.toml:1: the recipe has no [network]", "zoo", "graph", "layers"}},
        HeadCase{kDataHead + "[network]\n",
                 {"recipe.toml:6: network: the network is given in one of three ways"}},
        HeadCase{kDataHead + "[network]\nzoo = \"mlp\"\ngraph = \"a.graph\"\n",
                 {"recipe.toml:6: network: ", "one of three ways"}},
        HeadCase{
            kDataHead + "[network]\nzoo = \"resnet21\"\n",
            {"recipe.toml:7: network.zoo", "resnet21", "did you mean \"resnet20\"", "tiny_resnet"}},
        HeadCase{kDataHead + "[network]\nzo = \"mlp\"\n",
                 {"recipe.toml:7: network.zo", "did you mean 'zoo'"}},
        HeadCase{kDataHead + "[network]\nzoo = \"mlp\"\nbatch_norm = \"folded\"\n",
                 {"network.batch_norm", "\"scale_offset\", \"fold\"", "did you mean \"fold\""}},
        HeadCase{kDataHead + "[network]\ngraph = \"/nowhere/net.graph\"\n",
                 {"recipe.toml:7: network.graph", "/nowhere/net.graph"}},
        HeadCase{kDataHead + "[network]\nlayers = []\n", {"network.layers", "a list of tables"}},
        HeadCase{kDataHead + "[network]\nlayers = 3\n",
                 {"recipe.toml:7: network.layers = 3", "[[network.layers]]"}},
        HeadCase{"[network]\nzoo = \"lenet\"\n[data]\nsource = \"idx:x\"\ninput = [1, 4, "
                 "4]\nclasses = 3\nnormalize = {}\n",
                 {"recipe.toml:2: network.zoo", "does not fit an input of [1, 4, 4]"}}));

INSTANTIATE_TEST_SUITE_P(
    Data, RecipeHeadError,
    ::testing::Values(HeadCase{"[network]\nzoo = \"mlp\"\n[data]\nbatch_size = 3\n",
                               {"recipe.toml:3: data: the recipe names no data"}},
                      HeadCase{"[network]\nzoo = \"mlp\"\n[data]\nsource = 3\n",
                               {"recipe.toml:4: data.source = 3", "a text in quotes"}},
                      HeadCase{"[network]\nzoo = \"mlp\"\n[data]\nsource = \"fashion-mnits\"\n",
                               {"recipe.toml:4: data.source", "fashion-mnits", "fashion-mnist"}},
                      HeadCase{"[network]\nzoo = \"mlp\"\n[data]\nsource = \"idx:/nowhere\"\n",
                               {"recipe.toml:4: data.source", "/nowhere", "not a folder"}},
                      HeadCase{"[network]\nzoo = \"mlp\"\n[data]\nsource = \"npy:" +
                                   std::string(5000, 'm') + "\"\n",
                               {"recipe.toml:4: data.source", "not a folder"}},
                      HeadCase{"data = 3\n", {"recipe.toml:1: data = 3", "a table is allowed"}}));

struct DataCase {
  std::string text;  // under [data] after a good source, line 5
  std::vector<std::string> fragments;
};

void PrintTo(const DataCase& c, std::ostream* out) {
  *out << c.text;
}

class RecipeDataError : public ::testing::TestWithParam<DataCase> {};

// Against a real data set of [1, 8, 8] and 4 classes.
TEST_P(RecipeDataError, SaysWhereWhatAndWhatIsAllowed) {
  const TemporaryDirectory folder;
  const std::string source = test::write_tiny_data(folder.path());
  expect_fragments(
      "[network]\nzoo = \"mlp\"\n[data]\nsource = \"" + source + "\"\n" + GetParam().text,
      GetParam().fragments);
}

INSTANTIATE_TEST_SUITE_P(
    Data, RecipeDataError,
    ::testing::Values(
        DataCase{"batch_size = 0\n", {"recipe.toml:5: data.batch_size = 0", "from 1 to 65536"}},
        DataCase{"train_limit = -5\n", {"data.train_limit = -5", "from 0"}},
        DataCase{"test_limit = 2.5\n", {"data.test_limit = 2.5", "a whole number"}},
        DataCase{"classes = 3\n", {"data.classes = 3", "has 4 classes"}},
        DataCase{"classes = 1\n", {"data.classes = 1", "from 2"}},
        DataCase{"input = [1, 9, 8]\n", {"data.input = [ 1, 9, 8 ]", "[1, 8, 8]"}},
        DataCase{"input = [1, 9]\n", {"data.input = [ 1, 9 ]", "have the shape [1, 8, 8]"}},
        DataCase{"input = [1, 8, 8, 1]\n",
                 {"data.input", "[channels, height, width], [channels, length] or [values]"}},
        DataCase{"input = [1, 65536, 65536]\n", {"data.input", "values in all"}},
        DataCase{"input = 64\n", {"data.input = 64", "a list of whole numbers"}},
        DataCase{"normalize = 255\n", {"data.normalize = 255", "a table is allowed"}},
        DataCase{"normalize = \"standart\"\n",
                 {"data.normalize = \"standart\"", "\"standard\", \"minmax\""}},
        DataCase{"layout = \"hwc\"\n",
                 {"data.layout = \"hwc\"", "\"channels_first\", \"channels_last\""}},
        DataCase{"label = 3\n", {"data.label = 3", "a text in quotes"}},
        DataCase{"label = \"y\"\n", {"data.label names columns of a CSV table"}},
        DataCase{"validation = 1\n", {"data.validation = 1", "at most 0.9"}},
        DataCase{"test = 0.5\n", {"data.test", "a test split of its own"}},
        DataCase{"normalize = { divisor = 0 }\n", {"data.normalize.divisor = 0", "above 0"}},
        DataCase{"normalize = { mean = 0.5 }\n",
                 {"data.normalize.mean = 0.5", "a list of numbers"}},
        DataCase{"normalize = { mean = [0.5, 0.5] }\n",
                 {"data.normalize.mean", "the data has 1 channels", "not 2"}},
        DataCase{"normalize = { std = [0.0] }\n", {"data.normalize.std[0] = 0.0", "above 0"}},
        DataCase{"normalize = { std = [nan] }\n", {"data.normalize.std[0] = nan"}},
        DataCase{"normalize = { scale = 2 }\n", {"data.normalize.scale = 2", "unknown key"}},
        DataCase{"augment = { flip = 1 }\n", {"data.augment.flip = 1", "true or false"}},
        DataCase{"augment = { crop_padding = -1 }\n", {"data.augment.crop_padding = -1", "from 0"}},
        DataCase{"augment = { crop_padding = 8 }\n",
                 {"data.augment.crop_padding = 8", "8 x 8 pixels", "from 0 to 7"}},
        DataCase{"augment = { crop_pad = 2 }\n",
                 {"data.augment.crop_pad = 2", "did you mean 'crop_padding'"}},
        DataCase{"sources = \"x\"\n", {"data.sources", "did you mean 'source'"}}));

}  // namespace
}  // namespace qfx::frontends
