// Binary networks in two steps: weights in float, then +1 and -1.
#include <gmock/gmock.h>

#include "tiny_run.h"
#include "train/records/checkpoint.h"
#include "train/records/run_folder.h"

#include "qfx/graph/file.h"

namespace qfx::train {
namespace {

using ::testing::Each;

class TwoSteps : public ::testing::Test {
 protected:
  std::string folder(const std::string& name) const { return (directory_.path() / name).string(); }

  // A binary convolution and a fractional one; the first step has weights in float.
  frontends::Recipe recipe() const {
    frontends::Recipe r = tiny_recipe(data_);
    graph::Builder builder("two_steps", 7);
    auto x = builder.input({1, 8, 8}, {.divisor = 255});
    x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .binary = true},
                       "conv1");
    x = builder.quant_sign(builder.batch_norm(x, {}, "bn1"), {.bits = 2}, "q");
    x = builder.fractional_conv2d(x, {.out_channels = 4, .kernel = {3, 3}}, "conv2");
    x = builder.global_avg_pool2d(builder.batch_norm(x, {}, "bn2"), "gap");
    builder.linear(builder.flatten(x, "flat"), {.out_features = 4}, "fc");
    r.model = builder.finish();
    r.binary_in_float = false;
    return r;
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
};

TEST_F(TwoSteps, TheSecondBeginsWithTheFirstsWeightsAndNewStatistics) {
  const frontends::Recipe r = recipe();
  const Summary summary = train(r, {.run_folder = folder("a")});
  ASSERT_TRUE(summary.frozen);
  const NamedFloats floats = load_tensors(RunFolder(folder("a")).float_tensors());
  EXPECT_THAT(floats.at("conv2.threshold"), Each(-3)) << "the first step has no gate";
  EXPECT_NE(floats.at("conv1.weight"), r.model.nodes[1].params.at(graph::Role::Weight).values);
  EXPECT_NE(floats.at("bn1.gamma"), std::vector<float>(4, 1.0F));
  EXPECT_EQ(floats.at("bn1.running_mean"), std::vector<float>(4, 0.0F));
  EXPECT_EQ(floats.at("bn1.running_var"), std::vector<float>(4, 1.0F));
  const graph::FrozenModel frozen = graph::load_frozen(folder("a") + "/model.qfx");
  for (const std::int32_t weight : frozen.nodes[1].params.at(graph::Role::Weight).raw)
    EXPECT_EQ(std::abs(weight), 1);
}

TEST_F(TwoSteps, AStoppedFirstStepGoesOnToTheSameBits) {
  train(recipe(), {.run_folder = folder("a")});
  int steps = 0;
  EXPECT_THROW(
      train(recipe(), {.run_folder = folder("b"), .should_stop = [&] { return ++steps == 5; }}),
      Stopped);
  train(recipe(), {.run_folder = folder("b"), .resume = true});
  EXPECT_EQ(read_file(folder("a") + "/model.qfx"), read_file(folder("b") + "/model.qfx"));
}

TEST_F(TwoSteps, AnotherRunStartsFromTheFirst) {
  train(recipe(), {.run_folder = folder("a")});
  frontends::Recipe second = recipe();
  second.binary_in_float = true;
  second.start = folder("a");
  train(second, {.run_folder = folder("b")});
  EXPECT_EQ(read_file(folder("a") + "/model.qfx"), read_file(folder("b") + "/model.qfx"));
}

}  // namespace
}  // namespace qfx::train
