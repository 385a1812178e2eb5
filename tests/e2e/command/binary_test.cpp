// A binarized network from its recipe to the bits, through every verb: levels, thermometer, binary
// weights with padding and strides, a fractional convolution, K-hot scales, and a classifier that is
// rounded after every addition.
#ifdef QFX_WITH_TORCH

#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"

#include "qfx/graph/own_format.h"

namespace qfx {
namespace {

using graph::Role;
using nlohmann::json;
using test::qfx_command;
using ::testing::HasSubstr;

std::string layer(const std::string& kind, const std::string& keys = "") {
  return "[[network.layers]]\nkind = \"" + kind + "\"\n" + keys;
}

std::string recipe_on(const std::string& data) {
  return "seed = 3\n" + layer("thermometer", "levels = 6\nresolution = 40.0\n") +
         layer("conv2d",
               "name = \"conv1\"\nout_channels = 6\nkernel_size = 3\npadding = 1\nbias = false\n"
               "binary = true\n") +
         layer("batch_norm", "name = \"bn1\"\n") + layer("quant_sign", "bits = 2\n") +
         layer("fractional_conv2d",
               "name = \"conv2\"\nout_channels = 8\nkernel_size = 3\nstride = 2\npadding = 1\n") +
         layer("batch_norm", "name = \"bn2\"\n") + layer("rprelu", "name = \"act2\"\n") +
         layer("sign") +
         layer("conv2d",
               "name = \"conv3\"\nout_channels = 8\nkernel_size = [3, 1]\npadding = [1, 0]\n"
               "groups = 2\nbias = false\nbinary = true\n") +
         layer("affine", "name = \"scale3\"\nnum_parameters = 8\n") +
         layer("global_avg_pool2d") + layer("flatten") +
         layer("linear", "out_features = 4\naccumulator = \"fixed<16,8,RND,SAT>\"\n") +
         "[data]\nsource = \"" + data +
         "\"\nbatch_size = 16\nnormalize = { divisor = 1 }\n"
         "[format.scales]\nwidth = 10\nk_hot = 2\nsigned_digits = true\n"
         "[format.thresholds]\nwidth = 12\n"
         "[float]\nepochs = 8\noptimizer = \"adam\"\nlearning_rate = 0.01\n"
         "[fixed]\nepochs = 4\noptimizer = \"adam\"\nlearning_rate = 0.005\n"
         "[calibration]\nimages = 64\n";
}

TEST(BinaryNetwork, TheWholeRoad) {
  const TemporaryDirectory folder;
  const std::string data =
      test::write_tiny_data(folder.path() / "data", {.height = 9, .width = 7, .train_images = 256});
  const std::string recipe = (folder.path() / "binary.toml").string();
  const std::string run = (folder.path() / "run").string();
  test::write(recipe, recipe_on(data));
  const ProcessResult trained = qfx_command({"train", recipe, "--out", run});
  ASSERT_EQ(trained.exit_code, 0) << trained.output;

  const graph::FrozenModel model = graph::load_frozen(run + "/model.qfx");
  int binary = 0;
  for (const graph::FrozenNode& node : model.nodes) {
    if (!graph::own_format(node.op, Role::Weight)) continue;
    ++binary;
    for (const int raw : node.params.at(Role::Weight).raw) EXPECT_EQ(std::abs(raw), 1);
  }
  EXPECT_EQ(binary, 3);

  const ProcessResult ran = qfx_command({"run", run + "/model.qfx", "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const json summary = json::parse(read_file(run + "/summary.json"));
  const double accuracy = json::parse(ran.output)["accuracy"].get<double>();
  EXPECT_DOUBLE_EQ(accuracy, summary["fixed_accuracy"].get<double>());
  EXPECT_GT(accuracy, 0.5) << "brightness tells the class, and a guess is right for a quarter";

  const ProcessResult verified =
      qfx_command({"verify", run + "/model.qfx", "--against", "all", "--limit", "8"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("vitis: 0 of 8 images differ (0 of 32 values)"));
  EXPECT_THAT(verified.output, HasSubstr("catapult: 0 of 8 images differ (0 of 32 values)"));

  const ProcessResult inspected = qfx_command({"inspect", run + "/model.qfx"});
  EXPECT_EQ(inspected.exit_code, 0) << inspected.output;
  for (const char* text : {"fractional_conv2d 3x3 stride 2x2", "quant_sign 1 bits",
                           "accumulator fixed<16,8,RND,SAT>", "ordinary multiplies"})
    EXPECT_THAT(inspected.output, HasSubstr(text));
  EXPECT_EQ(qfx_command({"report", run}).exit_code, 0);
}

}  // namespace
}  // namespace qfx

#endif  // QFX_WITH_TORCH
