// Any tensor can be learned, fixed or float, each by one glob of the recipe: samples, weights,
// sums, element-wise layers and their parameters.
#include <cmath>
#include <gtest/gtest.h>

#include "support/tiny_data.h"
#include "train/calibration/calibrate.h"
#include "train/loop/learned_points.h"
#include "train/network/fixed_forward.h"
#include "train/samples/samples.h"

#include "qfx/base/file.h"
#include "qfx/frontends/recipe.h"

namespace qfx::train {
namespace {

constexpr int kWidth = 4, kIntBits = 2;

enum class Choice { Learned, Fixed, Float };

class Choices : public ::testing::TestWithParam<const char*> {
 protected:
  // A network in 8 learned bits, but for this tensor.
  std::unique_ptr<Network> network(Choice choice) const {
    const std::string key = choice == Choice::Learned ? "binary_point = \"learned\"\nwidth = 4\n"
                            : choice == Choice::Fixed
                                ? "binary_point = \"fixed\"\nwidth = 4\nint_bits = 2\n"
                                : "float = true\n";
    frontends::Recipe recipe = frontends::parse_recipe(
        "network.zoo = \"tiny_resnet\"\ndata.source = \"" + data_ +
            "\"\n[[format.override]]\nmatch = \"" + GetParam() + "\"\n" + key,
        "choices.toml");
    // A bias begins at zero, which every format holds.
    std::vector<float>& bias = recipe.model.nodes.back().params.at(graph::Role::Bias).values;
    for (std::size_t c = 0; c < bias.size(); ++c) bias[c] = 0.37F * static_cast<float>(c + 1);
    auto result = std::make_unique<Network>(recipe.model);
    calibrate_network(*result, {}, one_batch(samples(*result)));
    return result;
  }
  at::Tensor samples(Network& network) const {
    return preprocessed(network.input(), data::load(data_, data::Split::Train), 0, 16);
  }
  static Point& point_named(Network& network, const std::string& name) {
    for (Point* point : network.points()) {
      if (point->tensor == name) return *point;
    }
    internal_error("no tensor {}", name);
  }
  // The output, after one step back that moves every learned point.
  at::Tensor step(Network& network) const {
    const at::Tensor y =
        fixed_forward(network, samples(network), {.batch_statistics = true, .count = true});
    (y * y).sum().backward();
    LearnedPoints({}, trained_points(network), 10).step(0, 1.0);
    return y.detach();
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
};

TEST_P(Choices, LearnedFixedAndFloat) {
  const auto learned = network(Choice::Learned), fixed = network(Choice::Fixed),
             real = network(Choice::Float);
  Point& moving = point_named(*learned, GetParam());
  const float before = moving.values()[0];
  const at::Tensor with_learned = step(*learned);
  EXPECT_TRUE(moving.trains());
  ASSERT_TRUE(moving.f.grad().defined());
  EXPECT_NE(moving.f.grad().item<float>(), 0);
  EXPECT_NE(moving.values()[0], before);
  EXPECT_GT(moving.count.values, 0);

  Point& still = point_named(*fixed, GetParam());
  const at::Tensor with_fixed = step(*fixed);
  EXPECT_FALSE(still.trains());
  EXPECT_FALSE(still.f.grad().defined());
  EXPECT_EQ(still.values()[0], kWidth - kIntBits);
  EXPECT_EQ(still.frac_bits[0], kWidth - kIntBits);
  EXPECT_GT(still.count.values, 0) << "counted, learned or not";

  Point& none = point_named(*real, GetParam());
  const at::Tensor with_float = step(*real);
  EXPECT_FALSE(none.casts());
  EXPECT_EQ(none.count.values, 0);
  // The tensor's 4 bits are felt at the output, and its freedom of them.
  EXPECT_FALSE(with_float.equal(with_fixed));
  EXPECT_FALSE(with_float.equal(with_learned));
}

INSTANTIATE_TEST_SUITE_P(Tensors, Choices,
                         ::testing::Values("input", "conv1", "conv1.weight", "bn1", "bn1.scale",
                                           "bn1.offset", "relu1", "block1.conv", "block1.add",
                                           "pool", "classifier", "classifier.weight",
                                           "classifier.bias"));

}  // namespace
}  // namespace qfx::train
