// What a binarized network is made of: values, and gradients against their closed forms
// (docs/gradients.md), element by element.
#include <cmath>
#include <gtest/gtest.h>

#include "train/network/fixed_forward.h"
#include "train/ops/chain.h"
#include "train/ops/fractional.h"
#include "train/ops/levels.h"

#include "qfx/graph/builder.h"

namespace qfx::train {
namespace {

at::Tensor requiring(const at::Tensor& values) {
  return values.clone().set_requires_grad(true);
}

double at_index(const at::Tensor& tensor, std::initializer_list<std::int64_t> index) {
  at::Tensor value = tensor;
  for (const std::int64_t i : index) value = value[i];
  return value.item<double>();
}

TEST(BinaryGradients, LevelsPassNTimesTheGradientWithinTheClipRange) {
  at::manual_seed(1);
  for (const std::int64_t bits : {1, 2, 3, 4}) {
    const std::int64_t n = (1 << bits) - 1;
    const at::Tensor x = requiring(at::randn({1000}));
    const at::Tensor y = quant_sign(x, {.bits = bits, .clip_range = 0.75});
    const at::Tensor dy = at::randn(y.sizes());
    (y * dy).sum().backward();
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const double v = at_index(x, {i}), level = std::floor((v + 1) * n / 2 + 0.5);
      ASSERT_EQ(at_index(y, {i}), 2 * std::clamp(level, 0.0, double(n)) - n) << v;
      const double passed = std::abs(v) < 0.75 ? static_cast<double>(n) : 0.0;
      ASSERT_FLOAT_EQ(x.grad()[i].item<float>(), static_cast<float>(passed * at_index(dy, {i})));
    }
  }
}

// A third is no number of any carrier; three times one is, in a wider type.
TEST(BinaryGradients, AThresholdOfThirdsDecidesExactly) {
  std::vector<float> values{0.0F, -0.0F};
  for (float x : {-2.0F / 3, 2.0F / 3, -1e-45F}) {
    x = std::nextafter(x, -2.0F);
    for (int i = 0; i < 3; ++i, x = std::nextafter(x, 2.0F)) values.push_back(x);
  }
  const at::Tensor y = quant_sign(at::tensor(values), {.bits = 2});
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double three = 3.0 * values[i];
    const int level = (three >= -2) + (three >= 0) + (three >= 2);
    EXPECT_EQ(y[static_cast<std::int64_t>(i)].item<int>(), 2 * level - 3) << values[i];
  }
}

TEST(BinaryGradients, AThermometerRoundsToEvenAndHasNoGradient) {
  const at::Tensor x = requiring(at::arange(512, at::kFloat).reshape({2, 1, 16, 16}) / 2);
  const at::Tensor y = thermometer(x, {.levels = 32, .resolution = 8});
  ASSERT_EQ(y.sizes(), at::IntArrayRef({2, 32, 16, 16}));
  EXPECT_FALSE(y.requires_grad());
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    for (std::int64_t j = 0; j < 32; ++j) {
      const double reached = std::nearbyint(static_cast<double>(i) / 16);
      ASSERT_EQ(at_index(y, {i / 256, j, i / 16 % 16, i % 16}),
                static_cast<double>(j) < reached ? 1 : -1);
    }
  }
}

TEST(BinaryGradients, ABinaryWeightLearnsWithinItsClipRange) {
  const at::Tensor w = requiring(at::tensor({-1.5F, -1.25F, -0.0F, 0.0F, 0.5F, 1.25F, 1.5F}));
  const at::Tensor y = binary_weight(w, 1.25);
  EXPECT_TRUE(y.equal(at::tensor({-1.0F, -1.0F, -1.0F, -1.0F, 1.0F, 1.0F, 1.0F})));
  (y * 3).sum().backward();
  EXPECT_TRUE(w.grad().equal(at::tensor({0.0F, 3.0F, 3.0F, 3.0F, 3.0F, 3.0F, 0.0F})));
}

// A fractional convolution of one image and its way back, one product at a time.
class Fractional {
 public:
  Fractional(const graph::FractionalConv2d& conv, std::int64_t channels, std::int64_t size)
      : conv_(conv),
        x_(at::randint(0, 4, {1, channels, size, size}).to(at::kFloat) * 2 - 3),
        w_(at::randint(0, 2, {conv.out_channels, channels / conv.groups, 3, 3}).to(at::kFloat) * 2 -
           1),
        t_(at::randint(-8, 8, {conv.out_channels}).to(at::kFloat) / 2) {}

  // Largest deviation of a gradient from its closed form; values are to be the same.
  double deviation(const std::optional<steps::IntegerOperands>& integers) {
    const at::Tensor x = requiring(x_), w = requiring(w_), t = requiring(t_);
    const at::Tensor y = fractional_conv2d(x, w, t, conv_, integers);
    const at::Tensor dy = at::randn(y.sizes());
    (y * dy).sum().backward();
    const at::Tensor dx = at::zeros_like(x_, at::kDouble), dw = at::zeros_like(w_, at::kDouble),
                     dt = at::zeros_like(t_, at::kDouble);
    for (std::int64_t o = 0; o < y.size(1); ++o) {
      for (std::int64_t i = 0; i < y.size(2); ++i) {
        for (std::int64_t j = 0; j < y.size(3); ++j) {
          double m = 0, f = 0;
          each_product(o, i, j, [&](const auto& at_x, const auto& at_w) {
            m += 2 * (at_index(x_, at_x) >= 0 ? 1 : -1) * at_index(w_, at_w);
            f += at_index(x_, at_x) * at_index(w_, at_w);
          });
          const double threshold = at_index(t_, {o}), d = at_index(dy, {0, o, i, j});
          EXPECT_EQ(at_index(y, {0, o, i, j}), m > threshold ? f : m);
          const double s = 1 / (1 + std::exp(-5.0 / 3 * (m - threshold)));
          const double g = m >= threshold ? 5.0 / 3 * s * (1 - s) * (f - m) : 0;
          const double d_full = m > threshold ? d : 0, d_coarse = d - d_full + g * d;
          dt[o] -= g * d;
          each_product(o, i, j, [&](const auto& at_x, const auto& at_w) {
            const double v = at_index(x_, at_x), weight = at_index(w_, at_w);
            const bool passes = std::abs(v / 3) <= conv_.clip_range;
            add(dx, at_x, weight * (d_full + (passes ? 2.0 / 3 * d_coarse : 0)));
            add(dw, at_w, v * d_full + 2 * (v >= 0 ? 1 : -1) * d_coarse);
          });
        }
      }
    }
    const auto off = [](const at::Tensor& a, const at::Tensor& b) {
      return (a - b).abs().max().item<double>();
    };
    return std::max({off(x.grad(), dx), off(w.grad(), dw), off(t.grad(), dt)});
  }

 private:
  template <class F>
  void each_product(std::int64_t o, std::int64_t i, std::int64_t j, const F& f) const {
    const std::int64_t group = o / (conv_.out_channels / conv_.groups);
    for (std::int64_t c = 0; c < w_.size(1); ++c) {
      for (std::int64_t ky = 0; ky < 3; ++ky) {
        for (std::int64_t kx = 0; kx < 3; ++kx) {
          const std::int64_t row = i * conv_.stride[0] - conv_.padding.top + ky,
                             column = j * conv_.stride[1] - conv_.padding.left + kx;
          if (row < 0 || column < 0 || row >= x_.size(2) || column >= x_.size(3)) continue;
          f(std::initializer_list<std::int64_t>{0, group * w_.size(1) + c, row, column},
            std::initializer_list<std::int64_t>{o, c, ky, kx});
        }
      }
    }
  }
  static void add(const at::Tensor& to, std::initializer_list<std::int64_t> index, double value) {
    at::Tensor element = to;
    for (const std::int64_t i : index) element = element[i];
    element += value;
  }

  graph::FractionalConv2d conv_;
  at::Tensor x_, w_, t_;
};

TEST(BinaryGradients, AFractionalConvolutionFollowsItsGate) {
  at::manual_seed(2);
  const steps::IntegerOperands integers{.x_lo = -3, .x_hi = 3, .weight_frac_bits = {0}};
  graph::FractionalConv2d conv{
      .out_channels = 4, .kernel = {3, 3}, .stride = {2, 1}, .padding = {1, 1}};
  EXPECT_LT(Fractional(conv, 4, 5).deviation(integers), 1e-4);
  EXPECT_LT(Fractional(conv, 4, 5).deviation({}), 1e-4);
  conv.groups = 2;
  EXPECT_LT(Fractional(conv, 4, 5).deviation(integers), 1e-4);
  conv.clip_range = 0.5;  // of x / 3: the outer levels pass nothing on through their sign
  EXPECT_LT(Fractional(conv, 4, 5).deviation(integers), 1e-4);
}

TEST(BinaryGradients, AnAffineMapGivesEachChannelItsPair) {
  at::manual_seed(3);
  auto a = std::make_shared<steps::Assignment>();
  a->format = {.width = 4,
               .int_bits = 3,
               .is_signed = true,
               .rounding = fixed::Rounding::RND,
               .overflow = fixed::Overflow::SAT};
  a->frac_bits = {1};
  const at::Tensor x = requiring(at::randint(-32, 32, {6, 3, 4, 4}).to(at::kFloat) / 8);
  const at::Tensor scale = requiring(at::tensor({0.5F, -1.0F, 2.0F}));
  const at::Tensor offset = requiring(at::tensor({0.25F, 0.0F, -1.0F}));
  for (const bool has_offset : {true, false}) {
    for (const at::Tensor& t : {x, scale, offset}) t.mutable_grad().reset();
    ElementChain chain(x);
    chain.affine(scale, has_offset ? offset : at::Tensor(), steps::Carrier::Float32,
                 requiring(at::full({1}, 1.0F)), a);
    const at::Tensor y = chain.value(), dy = at::randn(y.sizes());
    (y * dy).sum().backward();
    std::vector<double> d_scale(3, 0.0), d_offset(3, 0.0);
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const auto c = static_cast<std::size_t>(i / 16 % 3);
      const double v = x.data_ptr<float>()[i], s = scale.data_ptr<float>()[c];
      const double exact = s * v + (has_offset ? offset.data_ptr<float>()[c] : 0);
      const double rounded = std::floor(2 * exact + 0.5) / 2;
      const double d = rounded >= -4 && rounded <= 3.5 ? dy.data_ptr<float>()[i] : 0.0F;
      ASSERT_EQ(y.data_ptr<float>()[i], std::clamp(rounded, -4.0, 3.5));
      ASSERT_FLOAT_EQ(x.grad().data_ptr<float>()[i], static_cast<float>(s * d));
      d_scale[c] += d * v;
      d_offset[c] += d;
    }
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(scale.grad().data_ptr<float>()[c], d_scale[c], 1e-4);
      if (has_offset) {
        EXPECT_NEAR(offset.grad().data_ptr<float>()[c], d_offset[c], 1e-4);
      }
    }
    EXPECT_EQ(offset.grad().defined(), has_offset);
  }
}

// 6 + 6 saturates at 7, and -6 then leaves 1 of an exact 6: the gradient is that of the exact sum.
TEST(BinaryGradients, ARoundedSumHasTheGradientOfTheExactOne) {
  graph::Builder builder("net");
  const auto x = builder.input({3}, {.mean = {}, .std = {}, .signed_samples = true});
  graph::Linear linear{.out_features = 1, .has_bias = false};
  linear.accumulator = fixed::parse_format("fixed<4,4,TRN,SAT>");
  builder.append(linear, {x}, "sum");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec = {.width = 8, .int_bits = 8};
    for (auto& [role, param] : node.params) param.spec = {.width = 8, .int_bits = 8};
  }
  model.nodes[1].params.at(graph::Role::Weight).values = {1, 1, 1};
  Network network(model);
  const at::Tensor y = fixed_forward(network, at::tensor({6.0F, 6.0F, -6.0F}).reshape({1, 3}), {});
  EXPECT_EQ(y.item<float>(), 1);
  y.sum().backward();
  const at::Tensor gradient = network.layers()[1].params.at(graph::Role::Weight).value.grad();
  EXPECT_TRUE(gradient.equal(at::tensor({6.0F, 6.0F, -6.0F}).reshape({1, 3}))) << gradient;
}

// A format that is given and holds every sum: no cast, no gradient of its point, and its values are
// counted all the same.
TEST(BinaryGradients, ACastThatChangesNothingIsLeftOut) {
  graph::Builder builder("net");
  const auto x = builder.quant_sign(
      builder.input({2, 4, 4}, {.mean = {}, .std = {}, .signed_samples = true}), {.bits = 2});
  builder.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}, .binary = true}, "c");
  graph::Model model = builder.finish();
  model.nodes[0].spec = {.width = 8, .int_bits = 2};
  const auto output_of = [&](int width) {
    model.nodes[2].spec = {.width = width, .learned = false, .int_bits = width};
    Network network(model);
    at::manual_seed(4);
    const at::Tensor samples = at::randn({3, 2, 4, 4});
    const at::Tensor y = fixed_forward(network, samples, {.count = true});
    y.sum().backward();
    EXPECT_EQ(network.layers()[2].output.count.values, 3 * 2 * 16);
    return std::pair(y.detach(), network.layers()[2].output.count.overflows);
  };
  // The sums of 18 products of up to 3 in magnitude fit 7 bits.
  EXPECT_TRUE(output_of(7).first.equal(output_of(16).first));
  EXPECT_EQ(output_of(7).second, 0);
  EXPECT_GT(output_of(3).second, 0);
}

}  // namespace
}  // namespace qfx::train
