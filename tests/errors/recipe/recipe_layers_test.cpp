// Every key of [[network.layers]] given a wrong value.
#include <string>

#include "errors/recipe/cases.h"

namespace qfx::frontends {
namespace {

using test::kDataHead;

class RecipeLayerError : public ::testing::TestWithParam<HeadCase> {};

TEST_P(RecipeLayerError, SaysWhereWhatAndWhatIsAllowed) {
  expect_fragments(GetParam().text, GetParam().fragments);
}

const std::string kConv = kDataHead + "[[network.layers]]\nkind = \"conv2d\"\n";  // line 8 is next
const std::string kPool = kDataHead + "[[network.layers]]\nkind = \"max_pool2d\"\n";
const std::string kAny = kDataHead + "[[network.layers]]\n";

INSTANTIATE_TEST_SUITE_P(
    Layers, RecipeLayerError,
    ::testing::Values(
        HeadCase{kAny,
                 {"recipe.toml:6: network.layers[0]: a layer needs a kind", "conv2d",
                  "global_avg_pool2d"}},
        HeadCase{kAny + "kind = \"conv2\"\n",
                 {"recipe.toml:7: network.layers[0].kind", "conv2", "did you mean \"conv2d\""}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\naccumulator = \"fixed<16>\"\n",
                 {"recipe.toml:10: network.layers[0].accumulator", "fixed<16>"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\naccumulator = 16\n",
                 {"recipe.toml:10: network.layers[0].accumulator = 16"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nclip_range = 2\n",
                 {"network.layers[0]", "clip_range is 2", "write binary = true"}},
        HeadCase{kAny + "kind = \"quant_sign\"\nbits = 5\n",
                 {"recipe.toml:8: network.layers[0].bits = 5", "from 1 to 4"}},
        HeadCase{kAny + "kind = \"sign\"\nbits = 1\n",
                 {"network.layers[0].bits", "a sign has no such key", "it has clip_range"}},
        HeadCase{kAny + "kind = \"fractional_conv2d\"\nout_channels = 4\nkernel_size = 3\n",
                 {"its input must be a quant_sign with bits = 2"}},
        HeadCase{kAny + "kind = \"thermometer\"\nlevels = 4\n",
                 {"network.layers[0]: this layer needs resolution"}},
        HeadCase{kAny + "kind = \"input\"\n", {"network.layers[0].kind", "input", "one of"}},
        HeadCase{kAny + "kind = 1\n", {"network.layers[0].kind = 1", "one of"}},
        HeadCase{kConv, {"network.layers[0]: this layer needs out_channels"}},
        HeadCase{kConv + "out_channels = 0\n",
                 {"recipe.toml:8: network.layers[0].out_channels = 0", "from 1 to 268435456"}},
        HeadCase{kConv + "out_channels = 4\n", {"this layer needs kernel_size"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 0\n", {"kernel_size = 0", "from 1"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = [3]\n",
                 {"kernel_size", "one whole number or [height, width]"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = [3, 0]\n",
                 {"kernel_size[1] = 0", "from 1"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nstride = 0\n",
                 {"stride = 0", "from 1"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\npadding = -1\n",
                 {"padding = -1", "from 0"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\npadding = \"same\"\n",
                 {"padding", "same", "a whole number"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\ndilation = 0\n",
                 {"dilation = 0", "from 1"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\ngroups = 3\n",
                 {"network.layers[0]", "groups"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\ngroups = 0\n",
                 {"groups = 0", "from 1"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nbias = 1\n",
                 {"bias = 1", "true or false"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nin_channels = 3\n",
                 {"in_channels = 3", "unknown key", "did you mean 'out_channels'"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nout_features = 3\n",
                 {"out_features = 3", "a conv2d has no such key", "kernel_size"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 64\n", {"network.layers[0]", "64"}},
        HeadCase{kConv + "out_channels = 65536\nkernel_size = 64\npadding = 32\n",
                 {"network.layers[0]", "67108864 parameters"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nname = \"\"\n",
                 {"name", "must not be empty"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\nname = \"input\"\n",
                 {"two layers are named 'input'"}},
        HeadCase{
            kConv + "out_channels = 4\nkernel_size = 3\ninputs = [\"inputs\"]\n",
            {"network.layers[0].inputs", "'inputs' is not a layer above", "did you mean 'input'"}},
        HeadCase{kConv + "out_channels = 4\nkernel_size = 3\ninputs = [\"input\", \"input\"]\n",
                 {"kind = \"conv2d\" takes 1 input, and inputs gives 2"}},
        HeadCase{kAny + "kind = \"add\"\n",
                 {"kind = \"add\" takes 2 inputs, and inputs gives 0",
                  "inputs = [\"conv1\", \"conv2\"]"}},
        HeadCase{kAny + "kind = \"sub\"\ninputs = [\"input\"]\n",
                 {"kind = \"sub\" takes 2 inputs, and inputs gives 1"}},
        HeadCase{kAny + "kind = \"concat\"\n",
                 {"kind = \"concat\" takes 2 inputs or more, and inputs gives 0",
                  "inputs = [\"conv1\", \"conv2\"]"}},
        HeadCase{kAny + "kind = \"clip\"\nmin = 0\n", {"this layer needs max"}},
        HeadCase{kAny + "kind = \"clip\"\nmin = 0.1\nmax = 6\n",
                 {"network.layers[0]", "min is 0.1", "multiple of 2^-32", "the nearest is"}},
        HeadCase{kAny + "kind = \"clip\"\nmin = 0\nmax = 1e12\n",
                 {"max = 1000000000000.0", "from -2^31 to 2^31"}},
        HeadCase{kAny + "kind = \"hardtanh\"\nmin_val = 2\n",
                 {"min is 2 and max is 1", "below max"}},
        HeadCase{kAny + "kind = \"relu6\"\nmax = 5\n", {"max = 5", "a relu6 has no attributes"}},
        HeadCase{kAny + "kind = \"prelu\"\nnum_parameters = 2\n",
                 {"num_parameters is 2", "allowed are 1 (one slope for all)"}},
        HeadCase{kAny + "kind = \"prelu\"\nnum_parameters = 0\n", {"num_parameters = 0", "from 1"}},
        HeadCase{kAny + "kind = \"leaky_relu\"\nnegative_slope = inf\n",
                 {"negative_slope = inf", "a finite single-precision number"}},
        HeadCase{kAny + "kind = \"rprelu\"\nname = \"a\"\n[[network.layers]]\nkind = "
                        "\"relu\"\nname = \"a.prelu\"\n",
                 {"two layers are named 'a.prelu'"}},
        HeadCase{kAny + "kind = \"conv1d\"\nout_channels = 4\nkernel_size = 3\n",
                 {"a conv1d takes a sequence, [C, L] or [C, 1, L], and its input is [1, 28, 28]",
                  "ends in 2d"}},
        HeadCase{kAny + "kind = \"unsqueeze\"\n", {"[1, 28, 28], it takes a sequence [C, L]"}},
        HeadCase{"[data]\nsource = \"idx:nowhere\"\ninput = [3, 32]\nclasses = 2\nnormalize = {}\n"
                 "[[network.layers]]\nkind = \"conv1d\"\nout_channels = 4\nkernel_size = [1, 3]\n",
                 {"kernel_size = [ 1, 3 ]", "a whole number"}},
        HeadCase{"[data]\nsource = \"idx:nowhere\"\ninput = [3, 32]\nclasses = 2\nnormalize = {}\n"
                 "[[network.layers]]\nkind = \"conv2d\"\nout_channels = 4\nkernel_size = 3\n",
                 {"its input has shape [3, 32]", "put an unsqueeze before it"}},
        HeadCase{kAny + "kind = \"relu\"\nbias = true\n",
                 {"bias = true", "a relu has no attributes"}},
        HeadCase{kAny + "kind = \"linear\"\nout_features = 10\n", {"network.layers[0]", "flatten"}},
        HeadCase{kAny + "kind = \"linear\"\n", {"this layer needs out_features"}},
        HeadCase{kAny + "kind = \"batch_norm\"\neps = 0\n",
                 {"eps = 0", "it must be positive and finite"}},
        HeadCase{kAny + "kind = \"batch_norm\"\nmomentum = 2\n",
                 {"momentum = 2", "allowed are 0 to 1"}},
        HeadCase{kAny + "kind = \"sigmoid\"\ntable_width = 8\n",
                 {"table_width = 8", "a sigmoid has no attributes"}},
        HeadCase{kAny + "kind = \"points\"\npoints = [[0, 1], [2]]\n",
                 {"points[1]", "a point [x, y] is allowed"}},
        HeadCase{kAny + "kind = \"points\"\n", {"it has 0 points [x, y]"}},
        HeadCase{kAny + "kind = \"tanh\"\nalpha = 2\n", {"a tanh has no attributes"}},
        HeadCase{kAny + "kind = \"sigmoids\"\n", {"sigmoids", "did you mean \"sigmoid\""}},
        HeadCase{kAny + "kind = \"softmax\"\ntable_width = 1\n",
                 {"table_width = 1", "from 2 to 24"}},
        HeadCase{kAny + "kind = \"softmax\"\ntable_width = 25\n",
                 {"table_width = 25", "from 2 to 24"}},
        HeadCase{kAny + "kind = \"relu\"\nname = \"gr\u00f6\u00dfe\"\n",
                 {"recipe.toml:8: network.layers[0].name", "200 printable ASCII"}},
        HeadCase{kAny + "kind = \"relu\"\nname = \"x.slope\"\n[[network.layers]]\n"
                        "kind = \"prelu\"\nname = \"x\"\n",
                 {"recipe.toml:9: network.layers[1]: two tensors", "'x.slope'", "rename"}},
        HeadCase{kAny + "kind = \"prelu\"\nname = \"x\"\n[[network.layers]]\n"
                        "kind = \"relu\"\nname = \"x.slope\"\n",
                 {"recipe.toml:9: network.layers[1]: two tensors", "'x.slope'"}},
        HeadCase{kAny + "kind = \"relu\"\n[[network.layers]]\nkind = \"flatten\"\n"
                        "inputs = [\"input\"]\n",
                 {"recipe.toml:6: network.layers[0]: no layer reads this one", "leave it out"}},
        HeadCase{kAny + "kind = \"flatten\"\n[[network.layers]]\nkind = \"linear\"\n"
                        "name = \"head\"\nout_features = 10\n[[network.layers]]\n"
                        "kind = \"softmax\"\nname = \"last\"\n[format.activations]\nwidth = 17\n",
                 {"recipe.toml:15: format.activations", "this gives 'head' 17 bits",
                  "'last' looks its values up in a table, which takes at most 16",
                  "put a cast of 16 bits between them"}},
        HeadCase{kPool, {"this layer needs kernel_size"}},
        HeadCase{kPool + "kernel_size = 2\ngroups = 2\n",
                 {"groups = 2", "a max_pool2d has no such key"}},
        HeadCase{kPool + "kernel_size = 2\npadding = [1, 0, 1]\n",
                 {"padding", "one whole number, [height, width] or [top, left, bottom, right]"}},
        HeadCase{kPool + "kernel_size = 2\npadding = 2\n", {"network.layers[0]", "padding"}},
        HeadCase{kAny + "kind = \"relu\"\n",
                 {"the network's last layer 'relu_1' gives 784 values, and the data has 10 "
                  "classes"}}));

}  // namespace
}  // namespace qfx::frontends
