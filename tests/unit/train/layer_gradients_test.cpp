// Activations and joins in fixed point: gradients against their closed forms, and torch's own under
// formats so fine that they hardly matter.
#include <gtest/gtest.h>

#include "train/network/fixed_forward.h"
#include "train/network/float_forward.h"
#include "train/ops/activation.h"
#include "train/ops/chain.h"
#include "train/ops/move.h"

#include "qfx/graph/builder.h"

namespace qfx::train {
namespace {

using graph::Builder;
using graph::NodeId;

at::Tensor leaf(const at::Tensor& values) {
  return values.clone().set_requires_grad(true);
}

// Of a signed format with one fraction bit, 4 bits, RND and SAT: -4 to 3.5.
bool is_inside(double value) {
  const double rounded = std::floor(2 * value + 0.5) / 2;
  return rounded >= -4 && rounded <= 3.5;
}

TEST(LayerGradients, PreluGivesEachChannelItsSlope) {
  at::manual_seed(1);
  auto a = std::make_shared<steps::Assignment>();
  a->format = {.width = 4,
               .int_bits = 3,
               .is_signed = true,
               .rounding = fixed::Rounding::RND,
               .overflow = fixed::Overflow::SAT};
  a->frac_bits = {1};
  const at::Tensor x = leaf(at::randint(-64, 64, {5, 3, 4, 4}).to(at::kFloat) / 8);
  const at::Tensor slope = leaf(at::tensor({0.25F, -0.5F, 2.0F}));
  const at::Tensor f = leaf(at::full({1}, 1.0F));
  ElementChain chain(x);
  chain.prelu(slope, steps::Carrier::Float32, f, a);
  const at::Tensor y = chain.value();
  const at::Tensor dy = at::randn(y.sizes());
  (y * dy).sum().backward();

  std::vector<double> d_slope(3, 0.0);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const auto c = static_cast<std::size_t>(i / 16 % 3);
    const double v = x.data_ptr<float>()[i], p = slope.data_ptr<float>()[c];
    const double d = dy.data_ptr<float>()[i];
    const double exact = v > 0 ? v : p * v;
    const double passed = is_inside(exact) ? d : 0.0;
    EXPECT_FLOAT_EQ(x.grad().data_ptr<float>()[i], static_cast<float>(v > 0 ? passed : p * passed));
    if (v <= 0) d_slope[c] += passed * v;
  }
  for (std::size_t c = 0; c < 3; ++c)
    EXPECT_NEAR(slope.grad().data_ptr<float>()[c], d_slope[c], 1e-4 * (1 + std::abs(d_slope[c])));
}

// Behind a relu, so that the product is a stage of a chain.
TEST(LayerGradients, MulGivesEachFactorTheOther) {
  at::manual_seed(3);
  auto a = std::make_shared<steps::Assignment>();
  a->format = {.width = 4,
               .int_bits = 3,
               .is_signed = true,
               .rounding = fixed::Rounding::RND,
               .overflow = fixed::Overflow::SAT};
  a->frac_bits = {1};
  const at::Tensor x = leaf(at::randint(-8, 8, {5, 3, 40, 40}).to(at::kFloat) / 2);
  const at::Tensor side = leaf(at::randint(-64, 64, {5, 3, 40, 40}).to(at::kFloat) / 8);
  const at::Tensor f = leaf(at::full({1}, 1.0F)), f_relu = leaf(at::full({1}, 1.0F));
  ElementChain chain(x);
  chain.relu(f_relu, a);
  chain.mul(side, f, a);
  ASSERT_EQ(chain.stages(), 2u);
  const at::Tensor y = chain.value();
  const at::Tensor dy = at::randn(y.sizes());
  (y * dy).sum().backward();

  std::int64_t inside = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const float v = x.data_ptr<float>()[i], kept = std::min(std::max(v, 0.0F), 3.5F);
    const float s = side.data_ptr<float>()[i];
    const float passed = is_inside(double{kept} * s) ? dy.data_ptr<float>()[i] : 0.0F;
    inside += is_inside(double{kept} * s);
    EXPECT_EQ(side.grad().data_ptr<float>()[i], passed * kept);
    EXPECT_EQ(x.grad().data_ptr<float>()[i], v > 0 ? passed * s : 0.0F);
  }
  EXPECT_GT(inside, x.numel() / 2);
  EXPECT_LT(inside, x.numel());
}

// torch's: a tie is shared, and at 0 a magnitude has no slope.
TEST(LayerGradients, ATieIsSharedAndZeroHasNoSlope) {
  Builder builder("net");
  const NodeId x = builder.input({3}, {.mean = {}, .std = {}, .signed_samples = true});
  const NodeId a = builder.append(graph::Offset{}, {x}, "a");
  const NodeId b = builder.append(graph::Abs{}, {a}, "b");
  builder.append(graph::Maximum{}, {b, builder.append(graph::Neg{}, {a})}, "larger");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec = {.width = 8, .int_bits = 4};
    for (auto& [role, param] : node.params) param.spec = {.width = 8, .int_bits = 4};
  }
  Network network(model);
  // |a| and -a: apart at 2, and the same at 0 and at -1.
  fixed_forward(network, at::tensor({2.0F, 0.0F, -1.0F}).reshape({1, 3}), {}).sum().backward();
  const at::Tensor gradient = network.layers()[1].params.at(graph::Role::Offset).value.grad();
  EXPECT_TRUE(gradient.equal(at::tensor({1.0F, -0.5F, -1.0F}))) << gradient;
}

// An element that stands in several places gets the sum of their gradients, one that is left out
// none; every element of a random view by its own place.
TEST(LayerGradients, AMoveGivesEachElementTheSumOfItsPlaces) {
  at::manual_seed(5);
  const graph::Shape in{4, 3, 5};
  for (const graph::Op& op :
       {graph::Op(graph::Upsample{{2, 3}}), graph::Op(graph::DepthToSpace{2, true}),
        graph::Op(graph::Slice{.begin = {1, 0, 1}, .end = {3, 3, 5}, .step = {1, 2, 3}}),
        graph::Op(graph::Permute{{1, 2, 0}}),
        graph::Op(graph::Rearrange{{6, 2}, {2, 3, 2}, {0, 1, 2}, {3, 0, -1}, {0, 1, 4}})}) {
    const graph::View view = graph::view_of(op, in);
    const auto sources = graph::sources_of(graph::moves_of(view, in, graph::Arrangement::RowMajor));
    for (const bool is_channels_last : {false, true}) {
      at::Tensor values = at::randint(-64, 64, {2, 4, 3, 5}).to(at::kFloat);
      if (is_channels_last) values = values.contiguous(at::MemoryFormat::ChannelsLast);
      const at::Tensor x = leaf(values);
      const at::Tensor y = moved(x, view);
      std::vector<std::int64_t> shape = view.shape();
      shape.insert(shape.begin(), 2);
      ASSERT_EQ(y.sizes().vec(), shape);
      const at::Tensor dy = at::randint(-8, 8, y.sizes()).to(at::kFloat);
      (y * dy).sum().backward();
      const at::Tensor rows = x.detach().contiguous().flatten(1),
                       made = y.detach().contiguous().flatten(1),
                       given = dy.contiguous().flatten(1);
      at::Tensor gradient = at::zeros_like(rows);
      for (std::int64_t n = 0; n < 2; ++n) {
        for (std::int64_t i = 0; i < std::ssize(sources); ++i) {
          EXPECT_TRUE(made[n][i].equal(rows[n][sources[i]])) << graph::kind_name(op) << i;
          gradient[n][sources[i]] += given[n][i];
        }
      }
      EXPECT_TRUE(x.grad().contiguous().flatten(1).equal(gradient)) << graph::kind_name(op);
    }
  }
}

TEST(LayerGradients, ClipPassesWhatLiesBetweenItsBounds) {
  const at::Tensor x = leaf(at::tensor({-2.0F, -1.0F, -0.5F, 0.0F, 1.5F, 1.75F, 2.0F}));
  const at::Tensor y = clipped(x, {.min = -1, .max = 1.75});
  EXPECT_TRUE(y.equal(at::tensor({-1.0F, -1.0F, -0.5F, 0.0F, 1.5F, 1.75F, 1.75F})));
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(at::tensor({0.0F, 0.0F, 1.0F, 1.0F, 1.0F, 0.0F, 0.0F})));
}

// A bound with more than 24 significant bits is no float: rounded to one, it would be another
// bound.
TEST(LayerGradients, ABoundThatIsNoFloatWidensTheCarrier) {
  const double bound = 1 + 0x1p-30;
  const at::Tensor y = clipped(at::full({1}, 3.0F), {.min = -1, .max = bound});
  ASSERT_EQ(y.scalar_type(), at::kDouble);
  EXPECT_EQ(y.item<double>(), bound);
}

// A linear layer before the node, so that gradients have somewhere to go.
graph::Model model_of(const std::function<void(Builder&, NodeId, NodeId)>& add_node) {
  Builder builder("net", 5);
  const NodeId x = builder.input({6});
  const NodeId a = builder.linear(x, {.out_features = 4, .has_bias = true}, "a");
  const NodeId b = builder.linear(x, {.out_features = 4, .has_bias = true}, "b");
  add_node(builder, a, b);
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec = {.width = 22, .int_bits = 6};
    for (auto& [name, param] : node.params) param.spec = {.width = 20, .int_bits = 3};
  }
  return model;
}

void expect_near(const at::Tensor& a, const at::Tensor& b, const std::string& what) {
  const double scale = 1 + b.abs().max().item<double>();
  EXPECT_LE((a - b).abs().max().item<double>(), 1e-3 * scale) << what;
}

// Values and the gradients of all parameters in fine formats are those in floating point.
void expect_like_float(const graph::Model& model, const at::Tensor& samples,
                       const std::string& which) {
  Network fixed(model), real(model);
  const at::Tensor y = fixed_forward(fixed, samples, {.batch_statistics = true});
  const at::Tensor z = float_forward(real, samples, true);
  expect_near(y, z, which + ": y");
  const at::Tensor weight = at::randn(y.sizes());
  (y * weight).sum().backward();
  (z * weight).sum().backward();
  int gradients = 0;
  for (std::size_t layer = 0; layer < fixed.layers().size(); ++layer) {
    for (auto& [name, param] : fixed.layers()[layer].params) {
      if (!param.value.defined()) continue;
      const at::Tensor& expected = real.layers()[layer].params.at(name).value.grad();
      ASSERT_TRUE(param.value.grad().defined()) << which << ", " << param.point.tensor;
      expect_near(param.value.grad(), expected, which + ", " + param.point.tensor);
      ++gradients;
    }
  }
  EXPECT_GE(gradients, 4);
}

TEST(LayerGradients, FollowTorchWhenFormatsAreFine) {
  const std::vector<std::function<void(Builder&, NodeId, NodeId)>> networks = {
      [](Builder& g, NodeId a, NodeId b) { g.sub(a, b); },
      [](Builder& g, NodeId a, NodeId b) { g.sub(g.relu(a), g.sub(b, a)); },
      [](Builder& g, NodeId a, NodeId b) { g.mul(a, b); },
      [](Builder& g, NodeId a, NodeId b) { g.mul(a, g.mul(a, b)); },
      [](Builder& g, NodeId a, NodeId b) {
        g.append(graph::Maximum{}, {a, g.append(graph::Neg{}, {b})});
      },
      [](Builder& g, NodeId a, NodeId b) {
        g.append(graph::Minimum{}, {g.append(graph::Abs{}, {a}), b});
      },
      [](Builder& g, NodeId a, NodeId b) {
        g.concat({b, a, b});
      },
      [](Builder& g, NodeId a, NodeId b) {
        g.concat({g.clip(a, {.min = -0.5, .max = 0.75}), g.clip(b, {.min = 0, .max = 6})});
      },
      [](Builder& g, NodeId a, NodeId b) { g.add(g.prelu(a, {}, "p"), b); },
      [](Builder& g, NodeId a, NodeId b) { g.add(g.prelu(a, {.num_parameters = 4}, "p"), b); },
      [](Builder& g, NodeId a, NodeId b) {
        g.add(g.leaky_relu(a, {.negative_slope = 0.125}, "p"), g.offset(b, "s"));
      }};
  for (std::size_t i = 0; i < networks.size(); ++i) {
    at::manual_seed(static_cast<std::uint64_t>(i));
    expect_like_float(model_of(networks[i]), at::randn({8, 6}), "network " + std::to_string(i));
  }
}

// Both the image and its gate learn, and the image twice: through its mean as well.
TEST(LayerGradients, OfAGateFollowTorch) {
  Builder builder("net", 5);
  const NodeId x = builder.input({2, 3, 4}, {.mean = {}, .std = {}, .signed_samples = true});
  const NodeId image = builder.conv2d(x, {.out_channels = 4, .has_bias = true}, "image");
  const NodeId gate = builder.conv2d(builder.global_avg_pool2d(image),
                                     {.out_channels = 4, .has_bias = true}, "gate");
  builder.append(graph::Gate{}, {image, gate}, "gated");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec = {.width = 22, .int_bits = 6};
    for (auto& [name, param] : node.params) param.spec = {.width = 20, .int_bits = 3};
  }
  at::manual_seed(7);
  expect_like_float(model, at::randn({3, 2, 3, 4}), "gate");
}

// Its format is learned, its value is not.
TEST(LayerGradients, ALeakyReluTrainsItsSlopesPointAlone) {
  Network network(model_of([](Builder& g, NodeId a, NodeId b) {
    g.add(g.leaky_relu(a, {.negative_slope = 0.3}, "p"), b);
  }));
  Parameter& slope = network.layers()[3].params.at(graph::Role::Slope);
  ASSERT_EQ(slope.point.tensor, "p.slope");
  EXPECT_FALSE(slope.value.defined());
  fixed_forward(network, at::randn({8, 6}), {.batch_statistics = true}).sum().backward();
  ASSERT_TRUE(slope.point.f.grad().defined());
  EXPECT_NE(slope.point.f.grad().item<double>(), 0.0);
}

}  // namespace
}  // namespace qfx::train
