// What a network gets without training: equalized channels, compensated rounding, corrected biases.
#include "train/calibration/refine.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/calibration/bias_correction.h"
#include "train/calibration/equalize.h"
#include "train/calibration/gptq.h"
#include "train/calibration/layer_errors.h"
#include "train/network/fixed_forward.h"
#include "train/network/float_forward.h"
#include "train/tensors/values.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::train {
namespace {

using frontends::Calibration;
using frontends::WeightRounding;
using graph::Role;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;

at::Tensor images(std::int64_t count, int seed = 3) {
  at::manual_seed(seed);
  // Neighbours that are alike, as pixels are.
  return at::avg_pool2d(at::rand({count, 3, 10, 10}), {3, 3}, {1, 1});
}

// A residual block, a grouped and a depthwise convolution, a linear layer.
graph::Model network_of(int weight_width, int k_hot = 0) {
  graph::Builder builder("m", 5);
  auto x = builder.input({3, 8, 8}, {});
  x = builder.relu(
      builder.conv2d(x, {.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1}, .has_bias = true},
                     "conv1"),
      "relu1");
  auto y = builder.conv2d(
      x, {.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1}, .groups = 8, .has_bias = true},
      "deep");
  y = builder.conv2d(builder.relu(y, "relu2"),
                     {.out_channels = 8, .kernel = {1, 1}, .groups = 2, .has_bias = true},
                     "grouped");
  x = builder.relu(builder.add(x, y, "add"), "relu3");
  x = builder.max_pool2d(x, {.kernel = {2, 2}, .stride = {2, 2}}, "pool");
  builder.linear(builder.flatten(x), {.out_features = 4}, "fc");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    for (auto& [role, param] : node.params) {
      if (role == Role::Weight) {
        param.spec.width = weight_width;
        param.spec.k_hot = k_hot;
        param.spec.granularity = graph::Granularity::PerChannel;
      } else {
        param.spec.width = 16;
      }
    }
    if (node.name == "conv1" || node.name == "deep") node.spec.width = 16;
  }
  return model;
}

std::vector<graph::NodeId> last_of(const Network& network) {
  return {network.size() - 1};
}

double refined_error(const graph::Model& model, const Calibration& calibration) {
  const at::Tensor samples = images(384), unseen = images(128, 4);
  Network network(model), real(model);
  calibrate_and_refine(network, calibration, last_of(network), one_batch(samples));
  const at::NoGradGuard no_grad;
  const at::Tensor off = fixed_forward(network, unseen, {}) - float_forward(real, unseen, false);
  return at::mean(at::square(off)).item<double>();
}

class Steps : public ::testing::TestWithParam<std::pair<int, int>> {};

// On samples that calibration has not seen.
TEST_P(Steps, LowerTheErrorOfTheOutputs) {
  const graph::Model model = network_of(GetParam().first, GetParam().second);
  const double plain = refined_error(model, {});
  const double corrected = refined_error(model, {.bias_correction = true});
  const double gptq =
      refined_error(model, {.rounding = WeightRounding::Gptq, .bias_correction = true});
  EXPECT_LT(corrected, 0.8 * plain);
  EXPECT_LT(gptq, corrected) << plain;
}

INSTANTIATE_TEST_SUITE_P(Grids, Steps,
                         ::testing::Values(std::pair{4, 0}, std::pair{3, 0}, std::pair{6, 2}));

TEST(Refine, TellsEachStepAndTheErrorOfEachLayer) {
  Network network(network_of(4));
  const Refinement done = calibrate_and_refine(
      network, {.equalize = true, .rounding = WeightRounding::Gptq, .bias_correction = true},
      last_of(network), one_batch(images(64)));
  EXPECT_THAT(done.lines, SizeIs(4));
  EXPECT_THAT(done.lines, Each(HasSubstr(":")));
  EXPECT_THAT(done.layers, SizeIs(10)) << "the flatten has its input's format";
  EXPECT_EQ(done.layers.back().node, "fc");
  EXPECT_LT(done.layers.back().refined, 0.7 * done.layers.back().calibrated);
  EXPECT_GT(done.layers.back().refined, 0);
  // The frozen model is that of the refined parameters.
  EXPECT_NO_THROW(graph::freeze(network.updated_model()));
}

TEST(Refine, DoesNothingUnasked) {
  Network plain(network_of(4)), refined(network_of(4));
  const at::Tensor samples = images(32);
  calibrate_network(plain, {}, one_batch(samples));
  const Refinement done = calibrate_and_refine(refined, {}, last_of(refined), one_batch(samples));
  EXPECT_THAT(done.lines, SizeIs(0));
  EXPECT_EQ(plain.values(), refined.values());
}

// Whatever a format makes of values between and beyond its own, what is stored is on its grid.
TEST(Gptq, LeavesWeightsThatTheirCastKeeps) {
  for (const fixed::Overflow overflow :
       {fixed::Overflow::SAT, fixed::Overflow::SAT_SYM, fixed::Overflow::WRAP}) {
    graph::Model model = network_of(4);
    for (graph::Node& node : model.nodes) {
      if (graph::Param* weight = graph::find(node.params, Role::Weight)) {
        weight->spec.rounding = fixed::Rounding::TRN;
        weight->spec.overflow = overflow;
      }
    }
    Network network(model);
    calibrate_and_refine(network, {.rounding = WeightRounding::Gptq}, last_of(network),
                         one_batch(images(32)));
    for (const Layer& layer : network.layers()) {
      const auto* weight = find(layer.params, Role::Weight);
      if (weight == nullptr) continue;
      const auto& param = network.updated_model().nodes[layer.id].params.at(Role::Weight);
      const graph::FrozenParam frozen = graph::freeze_param(param, param.values, "w");
      const std::size_t each = frozen.raw.size() / static_cast<std::size_t>(param.shape[0]);
      for (std::size_t i = 0; i < frozen.raw.size(); ++i) {
        const int point = frozen.frac_bits(static_cast<std::int64_t>(i / each));
        EXPECT_EQ(std::ldexp(static_cast<double>(frozen.raw[i]), -point), param.values[i]);
      }
    }
  }
}

TEST(BiasCorrection, LeavesNoMeanErrorAbove) {
  const graph::Model model = network_of(4);
  const at::Tensor samples = images(64);
  Network network(model), real(model);
  calibrate_network(network, {}, one_batch(samples));
  const SampleBatches batches = one_batch(samples);
  BothWays both(network, real, batches);
  const auto mean_error = [&](const Layer& layer) {
    const at::Tensor off = (both.real(layer.id, 0) - both.fixed(layer.id, 0)).to(at::kDouble);
    std::vector<std::int64_t> axes{0};
    for (std::int64_t a = 2; a < off.dim(); ++a) axes.push_back(a);
    return at::max(at::abs(at::mean(off, axes))).item<double>();
  };
  int corrected = 0;
  both.run({}, [&](Layer& layer) {
    if (!layer.params.contains(Role::Bias)) return;
    const double before = mean_error(layer);
    correct_bias(both, layer, {});
    const double step = std::ldexp(1.0, -layer.output.frac_bits[0]);
    EXPECT_LE(mean_error(layer), std::max(before, step));
    corrected += mean_error(layer) < 0.5 * before;
  });
  EXPECT_GE(corrected, 3);
}

// A network whose second channel is 64 times the others, and read by weights as much smaller.
graph::Model uneven(bool fixed_point) {
  graph::Builder builder("m", 5);
  auto x = builder.input({3, 8, 8}, {});
  x = builder.relu(builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .has_bias = true}, "a"));
  builder.linear(builder.flatten(builder.max_pool2d(x, {.kernel = {2, 2}, .stride = {2, 2}})),
                 {.out_features = 4}, "b");
  graph::Model model = builder.finish();
  std::vector<float>& a = model.nodes[1].params.at(Role::Weight).values;
  for (float& weight : a) weight = std::abs(weight);  // every channel lives
  for (std::size_t i = a.size() / 4; i < a.size() / 2; ++i) a[i] *= 64;
  std::vector<float>& b = model.nodes.back().params.at(Role::Weight).values;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (i / 9 % 4 == 1) b[i] /= 64;
  }
  for (graph::Node& node : model.nodes) {
    for (auto& [role, param] : node.params) param.spec.width = role == Role::Weight ? 6 : 16;
    if (fixed_point && node.name == "b") node.params.at(Role::Weight).spec.int_bits = 1;
  }
  return model;
}

TEST(Equalize, BringsChannelsTogetherAndChangesNothingInFloat) {
  Network network(uneven(false)), before(uneven(false));
  const at::Tensor samples = images(32);
  ASSERT_EQ(equalizable(network).size(), 1U);
  const auto spread = [&](Network& of) {
    Tap tap{.node = 2};
    const at::NoGradGuard no_grad;
    float_forward(of, samples, false, {}, nullptr, &tap);
    const at::Tensor reach = at::amax(tap.values, {0, 2, 3});  // a dead channel tells nothing
    return (at::max(reach) / at::mean(reach)).item<double>();
  };
  const Equalized done = equalize(network, samples, spread);
  EXPECT_EQ(done.kept, 1);
  EXPECT_LT(spread(network), 0.8 * spread(before));
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(at::allclose(float_forward(network, samples, false),
                           float_forward(before, samples, false), 1e-6, 1e-7));
}

TEST(Equalize, StaysOnlyWhereTheErrorFalls) {
  Network network(uneven(false)), before(uneven(false));
  const Equalized done = equalize(network, images(8), [](Network&) { return 1.0; });
  EXPECT_EQ(done.tried, 1);
  EXPECT_EQ(done.kept, 0);
  EXPECT_EQ(network.values(), before.values());
  EXPECT_EQ(equalizable(Network(uneven(true))).size(), 0U) << "a point that the recipe gives";
}

}  // namespace
}  // namespace qfx::train
