// Sums as deep as real layers have, of operands up to 16 by 16 bits: the training forward against
// the integer engine on every tensor, and a carrier too narrow for such a sum, which must show.
#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>
#include <map>

#include "support/compare.h"
#include "support/random_run.h"
#include "train/ops/product.h"

#include "qfx/fixed/raw.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"
#include "qfx/train/trace.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kDeepBatch = 2;
constexpr graph::NodeId kConv = 1, kDense = 5;  // in deep_model

// A convolution over up to 96 channels and a matrix product over all that it leaves, with batch
// norm and ReLU between; most operands have 16 bits, all modes occur.
graph::Model deep_model(std::uint64_t seed) {
  test::Rng rng(seed);
  const auto spec = [&](bool can_be_unsigned) {
    graph::QuantSpec s;
    s.width = static_cast<int>(rng.chance(0.6) ? 16 : rng.between(1, 16));
    s.is_signed = !can_be_unsigned || rng.chance(0.6);
    s.rounding = static_cast<fixed::Rounding>(rng.below(7));
    s.overflow = static_cast<fixed::Overflow>(rng.below(s.is_signed ? 5 : 4));
    if (rng.chance(0.5)) s.point_form = graph::PointForm::Log2Threshold;
    return s;
  };
  graph::Builder builder(fmt::format("deep_{}", seed), seed);
  const std::int64_t channels = rng.between(24, 96), side = rng.between(4, 9);
  auto x = builder.input({channels, side, side});
  x = builder.conv2d(
      x, {.out_channels = 12, .kernel = {3, 3}, .padding = {1, 1}, .has_bias = rng.chance(0.5)},
      "conv");
  x = builder.relu(builder.batch_norm(x, {}, "bn"), "relu");
  builder.linear(builder.flatten(x, "flat"), {.out_features = 6, .has_bias = rng.chance(0.5)},
                 "dense");
  graph::Model model = builder.finish();
  const bool at_the_ends = rng.chance(0.4);  // every product is as large as it can be
  for (graph::Node& node : model.nodes) {
    node.spec = spec(true);
    if (std::holds_alternative<graph::Flatten>(node.op)) node.spec = model.nodes[kDense - 2].spec;
    const bool sums = node.params.contains(graph::Role::Weight);
    // Of a sum keep the lowest bits, where an error of one step is an error of one step.
    if (sums) node.spec.overflow = fixed::Overflow::WRAP;
    for (auto& [role, param] : node.params) {
      param.spec = spec(false);
      param.frac_bits = {param.spec.middle_of(param.spec.width - 1)};
      for (float& value : param.values) {
        value = static_cast<float>(rng.uniform(-1, 1));
        if (at_the_ends && role == graph::Role::Weight) value = rng.chance(0.5) ? -1.0F : 1.0F;
      }
    }
    const int low =
        node.inputs.empty() ? 0
        : sums
            ? model.nodes[node.inputs[0]].spec.point_of(model.nodes[node.inputs[0]].frac_bits[0]) +
                  node.params.at(graph::Role::Weight).spec.width - 1
            : node.spec.width - 4;
    node.frac_bits = {node.spec.middle_of(std::min(low, 40))};
  }
  model.nodes[kDense - 1].frac_bits = model.nodes[kDense - 2].frac_bits;
  return model;
}

std::vector<runtime::RawTensor> run_engine(const graph::FrozenModel& model,
                                           const std::vector<float>& samples) {
  std::vector<std::int32_t> raw(samples.size());
  runtime::quantize_input(model.input(), samples, raw);
  return runtime::Engine(model, 1).run_all(raw, kDeepBatch);
}

TEST(DeepSums, GiveTheRuntimesBitsOnEveryTensor) {
  const test::RandomRun run = test::random_run(150, 5000);
  std::map<std::string, int> carriers;
  int widest = 0, by_16 = 0;
  for (std::int64_t i = 0; i < run.count; ++i) {
    const std::uint64_t seed = run.seed + static_cast<std::uint64_t>(i);
    const graph::Model model = deep_model(seed);
    const std::vector<float> samples = test::random_samples(model, seed, kDeepBatch);
    const graph::FrozenModel frozen = graph::freeze(model);
    const ForwardTrace trace = trace_forward(model, samples, kDeepBatch);
    ASSERT_EQ(test::first_difference(frozen, run_engine(frozen, samples), trace.raw), "")
        << "seed " << seed;
    for (const std::string& carrier : trace.carrier) ++carriers[carrier];
    for (const auto& facts : graph::analyze_ranges(frozen))
      widest = std::max(widest, facts.accumulator_width);
    by_16 += model.nodes[0].spec.width == 16 &&
             model.nodes[kConv].params.at(graph::Role::Weight).spec.width == 16;
  }
  if (run.count >= 100) {  // fewer are a failed seed's repetition
    EXPECT_GT(carriers["float32"], run.count / 20);
    EXPECT_GT(carriers["float64"], run.count / 2);
    EXPECT_GT(by_16, run.count / 8);
    EXPECT_GE(widest, 41) << "16 by 16 bits, hundreds of times";
  }
  std::printf("%lld deep models, sums of up to %d bits\n", static_cast<long long>(run.count),
              widest);
}

// The node's sums in a carrier of our choice, through the node's own cast.
std::vector<std::int64_t> forced(const graph::Model& model, const ForwardTrace& trace,
                                 graph::NodeId id, steps::Carrier carrier) {
  const graph::Node& node = model.nodes[id];
  const graph::Node& from = model.nodes[node.inputs[0]];
  const int x_point = from.spec.point_of(from.frac_bits[0]);
  std::vector<std::int64_t> shape = from.shape;
  shape.insert(shape.begin(), kDeepBatch);
  const std::vector<std::int64_t>& raw = trace.raw[node.inputs[0]];
  const at::Tensor x = at::tensor(at::ArrayRef<std::int64_t>(raw)).to(at::kDouble).view(shape) *
                       std::ldexp(1.0, -x_point);
  const graph::FrozenParam weight = graph::freeze_param(
      node.params.at(graph::Role::Weight), node.params.at(graph::Role::Weight).values, "weight");
  const std::vector<std::int64_t> w_raw(weight.raw.begin(), weight.raw.end());
  const at::Tensor w =
      at::tensor(at::ArrayRef<std::int64_t>(w_raw)).to(at::kDouble).view(weight.shape) *
      std::ldexp(1.0, -weight.format.frac_bits());
  const at::Tensor sums = std::holds_alternative<graph::Linear>(node.op)
                              ? exact_linear(x, w, carrier)
                              : exact_conv2d(x, w, std::get<graph::Conv2d>(node.op), carrier);
  const at::Tensor row = sums.to(at::kDouble).contiguous();
  const fixed::Format format = node.spec.format(node.spec.point_of(node.frac_bits[0]));
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < row.numel(); ++i)
    result.push_back(fixed::raw_from_double(row.data_ptr<double>()[i], format));
  return result;
}

// What the comparison above would see if the proof asked for less than it must.
TEST(DeepSums, ATooNarrowCarrierShows) {
  int forced_count = 0, seen = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    graph::Model model = deep_model(seed);
    for (const graph::NodeId id : {kConv, kDense}) model.nodes[id].params.erase(graph::Role::Bias);
    for (const graph::NodeId id : {kConv, kDense}) {
      std::visit(
          [](auto& op) {
            if constexpr (requires { op.has_bias; }) op.has_bias = false;
          },
          model.nodes[id].op);
    }
    const std::vector<float> samples = test::random_samples(model, seed, kDeepBatch);
    const ForwardTrace trace = trace_forward(model, samples, kDeepBatch);
    const std::vector<runtime::RawTensor> engine = run_engine(graph::freeze(model), samples);
    for (const graph::NodeId id : {kConv, kDense}) {
      const std::vector<std::int64_t> expected(engine[id].begin(), engine[id].end());
      EXPECT_EQ(forced(model, trace, id, steps::Carrier::Float64), expected) << seed;
      if (trace.carrier[id] != "float64") continue;
      ++forced_count;
      seen += forced(model, trace, id, steps::Carrier::Float32) != expected;
    }
  }
  EXPECT_GT(forced_count, 30);
  // A proof is about every input; some of these sums happen to stay short.
  EXPECT_GT(seen, forced_count / 4);
  std::printf("float32 forced on %d sums that are proved for float64: %d times wrong\n",
              forced_count, seen);
}

}  // namespace
}  // namespace qfx::train
