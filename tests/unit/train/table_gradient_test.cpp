// Functions by table and softmax: the forward's integers are freeze's, the gradients those of
// torch's functions where the cast does not overflow.
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

#include "support/functions.h"
#include "train/network/fixed_forward.h"
#include "train/network/float_forward.h"
#include "train/ops/function_cast.h"
#include "train/ops/softmax_cast.h"
#include "train/tensors/layout.h"

#include "qfx/fixed/raw.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/print.h"

namespace qfx::train {
namespace {

std::shared_ptr<steps::Assignment> assignment(const fixed::Format& format) {
  auto a = std::make_shared<steps::Assignment>();
  a->format = format;
  a->frac_bits = {format.frac_bits()};
  return a;
}

at::Tensor leaf(const at::Tensor& values) {
  return values.clone().set_requires_grad(true);
}

// dq/dx and dq/df of the cast of one value (docs/gradients.md).
struct CastGradient {
  double dx = 0, df = 0;
};

CastGradient closed_form(double value, const fixed::Format& format) {
  fixed::Format wide = format;
  wide.width = 60;
  wide.int_bits = 60 - format.frac_bits();
  wide.is_signed = true;
  wide.overflow = fixed::Overflow::SAT;
  const std::int64_t n = fixed::raw_from_double(value, wide);
  const std::int64_t low = fixed::min_raw(format), high = fixed::max_raw(format);
  const double q = fixed::to_double(std::clamp(n, low, high), format.frac_bits());
  if (n < low || n > high) return {0, -std::numbers::ln2 * q};
  return {1, std::numbers::ln2 * (value - q)};
}

constexpr fixed::Format kInput{.width = 8, .int_bits = 4, .overflow = fixed::Overflow::SAT};
// Narrow enough that the larger values of most functions overflow.
constexpr fixed::Format kOutput{
    .width = 6, .int_bits = 1, .rounding = fixed::Rounding::RND, .overflow = fixed::Overflow::SAT};

// Every value of kInput, as often as fills {4, 2, 8, 8}.
at::Tensor every_input() {
  const at::Tensor raw = at::arange(512, at::kDouble).remainder(256) - 128;
  return (raw * std::ldexp(1.0, -kInput.frac_bits())).reshape({4, 2, 8, 8});
}

at::Tensor torch_function(const graph::Function& function, const at::Tensor& x) {
  graph::Node node;
  node.op = function;
  Layer layer;
  return real_value(node, layer, {x}, {}, true);
}

TEST(FunctionGradient, IsTorchsWhereTheCastDoesNotOverflow) {
  at::manual_seed(1);
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const graph::Function& function : test::every_function()) {
      steps::LookupPtr lookup;
      update_lookup(lookup, function, kInput, kOutput);
      steps::OverflowCount count;
      const auto a = assignment(kOutput);
      a->count = &count;
      const at::Tensor weight = at::randn({4, 2, 8, 8}, type);
      const at::Tensor x = leaf(channels_last(every_input().to(type)));
      const at::Tensor f = leaf(at::full({1}, static_cast<float>(kOutput.frac_bits())));
      const at::Tensor y = function_cast(x, f, a, lookup);
      (y * weight).sum().backward();

      const at::Tensor real = leaf(every_input());
      const at::Tensor values = torch_function(function, real);
      values.sum().backward();
      double df = 0;
      std::int64_t overflows = 0;
      for (std::int64_t e = 0; e < real.numel(); ++e) {
        const auto at = [&](const at::Tensor& t) {
          return t.contiguous().to(at::kDouble).data_ptr<double>()[e];
        };
        const double dy = at(weight);
        const CastGradient cast = closed_form(at(values), kOutput);
        EXPECT_NEAR(at(x.grad()), cast.dx * at(real.grad()) * dy, 1e-6 * std::abs(dy))
            << graph::describe(function) << " at " << at(real);
        EXPECT_EQ(at(y), fixed::to_double(fixed::raw_from_double(at(values), kOutput),
                                          kOutput.frac_bits()))
            << graph::describe(function) << " at " << at(real);
        df += cast.df * dy;
        overflows += cast.dx == 0;
      }
      EXPECT_NEAR(f.grad().item<double>(), df, 1e-4 * (1 + std::abs(df)));
      EXPECT_EQ(count.overflows, overflows) << graph::describe(function);
      EXPECT_EQ(count.values, x.numel());
    }
  }
}

TEST(FunctionGradient, NaNStaysOneAndCounts) {
  steps::LookupPtr lookup;
  update_lookup(lookup, graph::Function{}, kInput, kOutput);
  steps::OverflowCount count;
  const auto a = assignment(kOutput);
  a->count = &count;
  const at::Tensor x = leaf(at::full({1, 1}, NAN, at::kFloat));
  const at::Tensor f = leaf(at::full({1}, 5.0F));
  const at::Tensor y = function_cast(x, f, a, lookup);
  EXPECT_TRUE(std::isnan(y.item<float>()));
  y.sum().backward();
  EXPECT_EQ(x.grad().item<float>(), 0);
  EXPECT_TRUE(std::isnan(f.grad().item<float>()));
  EXPECT_EQ(count.overflows, 1);
}

// A table of 24 bits is as good as exp itself.
TEST(SoftmaxGradient, IsTorchsWhereTheCastDoesNotOverflow) {
  at::manual_seed(2);
  // 31/64 at most: a channel that outweighs the rest overflows.
  const fixed::Format output{.width = 5,
                             .int_bits = -1,
                             .is_signed = false,
                             .rounding = fixed::Rounding::RND,
                             .overflow = fixed::Overflow::SAT};
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{4, 5}, {3, 4, 2, 3}}) {
    for (const bool is_channels_last : {true, false}) {
      steps::LookupPtr lookup;
      update_lookup(lookup, graph::Softmax{.table_width = 24}, kInput, output);
      const at::Tensor samples = at::randint(-40, 40, shape, at::kDouble) / 16;
      const at::Tensor weight = at::randn(shape, at::kDouble);
      const at::Tensor x = leaf(is_channels_last ? channels_last(samples) : samples);
      const at::Tensor f = leaf(at::full({1}, static_cast<float>(output.frac_bits())));
      (softmax_cast(x, f, assignment(output), lookup) * weight).sum().backward();

      const at::Tensor real = leaf(samples);
      const at::Tensor p = at::softmax(real, 1);
      at::Tensor masked = weight.clone();
      double df = 0;
      int overflows = 0;
      for (std::int64_t e = 0; e < p.numel(); ++e) {
        double& dy = masked.data_ptr<double>()[e];
        const CastGradient cast = closed_form(p.data_ptr<double>()[e], output);
        df += cast.df * dy;
        dy *= cast.dx;
        overflows += cast.dx == 0;
      }
      EXPECT_GT(overflows, 0);
      (p * masked).sum().backward();
      EXPECT_TRUE(at::allclose(x.grad(), real.grad(), 1e-5, 1e-6)) << x.grad() << real.grad();
      EXPECT_NEAR(f.grad().item<double>(), df, 1e-4 * (1 + std::abs(df)));
    }
  }
}

// The table follows the points, and a backward that is still to come keeps the one it ran with.
TEST(Lookup, IsRemadeWhenAPointMoves) {
  steps::LookupPtr lookup;
  update_lookup(lookup, graph::Function{}, kInput, kOutput);
  const steps::LookupPtr first = lookup;
  update_lookup(lookup, graph::Function{}, kInput, kOutput);
  EXPECT_EQ(lookup.get(), first.get());
  fixed::Format moved = kInput;
  moved.int_bits -= 1;
  update_lookup(lookup, graph::Function{}, moved, kOutput);
  EXPECT_NE(lookup.get(), first.get());
  EXPECT_NE(lookup->table, first->table);
  EXPECT_EQ(first->table, graph::function_table(graph::FunctionName::Sigmoid, kInput, kOutput));
}

// Left in floating point on either side, they are torch's functions.
TEST(FixedForward, LooksNothingUpInFloatingPoint) {
  graph::Builder builder("net");
  graph::NodeId x = builder.input({3}, {.mean = {}, .std = {}, .signed_samples = true}, "in");
  x = builder.function(x, graph::FunctionName::Gelu, "gelu");
  builder.softmax(x, {}, "soft");
  graph::Model model = builder.finish();
  model.nodes[0].spec.is_float = model.nodes[1].spec.is_float = true;
  model.nodes[2].frac_bits = {8};
  model.nodes[2].spec.width = 9;
  Network network(model);
  const at::Tensor samples = at::randn({4, 3});
  std::vector<at::Tensor> trace;
  fixed_forward(network, samples, {}, &trace);
  EXPECT_TRUE(at::equal(trace[1], at::gelu(samples)));
  EXPECT_TRUE(at::equal(trace[2], at::floor(at::softmax(trace[1], 1) * 256 + 0.5) / 256));
}

}  // namespace
}  // namespace qfx::train
