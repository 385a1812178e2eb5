// BatchNorm as a folded pair: under formats so fine that they hardly matter, values and gradients
// are torch's.
#include <gtest/gtest.h>

#include "train/network/fixed_forward.h"
#include "train/network/float_forward.h"

#include "qfx/graph/builder.h"

namespace qfx::train {
namespace {

graph::Model model_of(const graph::Shape& shape, int width, int int_bits) {
  graph::Builder builder("bn", 3);
  builder.batch_norm(builder.input(shape), {}, "bn");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec = {.width = width, .int_bits = int_bits};
    for (auto& [name, param] : node.params) param.spec = {.width = width, .int_bits = int_bits};
  }
  auto& statistics = model.nodes[1].statistics;
  for (std::size_t c = 0; c < statistics[graph::Statistic::Gamma].size(); ++c) {
    statistics[graph::Statistic::Gamma][c] = 0.5F + 0.25F * static_cast<float>(c);
    statistics[graph::Statistic::Beta][c] = -0.3F * static_cast<float>(c);
  }
  return model;
}

void expect_near(const at::Tensor& a, const at::Tensor& b, double tolerance, const char* what) {
  EXPECT_LE((a - b).abs().max().item<double>(), tolerance) << what;
}

class BatchNormTest : public testing::TestWithParam<graph::Shape> {};

TEST_P(BatchNormTest, FollowsTorchWhenFormatsAreFine) {
  at::manual_seed(1);
  Network fixed(model_of(GetParam(), 20, 5)), real(model_of(GetParam(), 20, 5));
  std::vector<std::int64_t> shape = GetParam();
  shape.insert(shape.begin(), 6);
  const at::Tensor samples = at::randn(shape);
  const at::Tensor weight = at::randn(shape);
  const at::Tensor y = fixed_forward(fixed, samples, {.batch_statistics = true});
  const at::Tensor z = float_forward(real, samples, true);
  expect_near(y, z, 1e-3, "y");
  (y * weight).sum().backward();
  (z * weight).sum().backward();
  Layer &a = fixed.layers()[1], &b = real.layers()[1];
  expect_near(a.gamma.grad(), b.gamma.grad(), 2e-2, "gamma");
  expect_near(a.beta.grad(), b.beta.grad(), 1e-3, "beta");
  expect_near(a.running_mean, b.running_mean, 1e-4, "running_mean");
  expect_near(a.running_var, b.running_var, 1e-4, "running_var");
}

INSTANTIATE_TEST_SUITE_P(Shapes, BatchNormTest,
                         testing::Values(graph::Shape{3, 5, 7}, graph::Shape{4},
                                         graph::Shape{1, 8, 8}, graph::Shape{2, 1, 1}));

TEST(BatchNorm, GradientOfTheInputFollowsTorch) {
  at::manual_seed(2);
  // A convolution before it, whose weight's gradient sees dx.
  const auto build = [] {
    graph::Builder builder("net", 5);
    const auto x = builder.input({2, 6, 6});
    const auto c = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}}, "conv");
    builder.batch_norm(c, {}, "bn");
    graph::Model model = builder.finish();
    for (graph::Node& node : model.nodes) {
      node.spec = {.width = 22, .int_bits = 6};
      for (auto& [name, param] : node.params) param.spec = {.width = 22, .int_bits = 4};
    }
    return model;
  };
  Network fixed(build()), real(build());
  const at::Tensor samples = at::randn({5, 2, 6, 6}), weight = at::randn({5, 3, 4, 4});
  (fixed_forward(fixed, samples, {.batch_statistics = true}) * weight).sum().backward();
  (float_forward(real, samples, true) * weight).sum().backward();
  expect_near(fixed.layers()[1].params.at(graph::Role::Weight).value.grad(),
              real.layers()[1].params.at(graph::Role::Weight).value.grad(), 2e-2, "conv.weight");
}

}  // namespace
}  // namespace qfx::train
