#include "qfx/graph/freeze.h"

#include <cmath>
#include <gtest/gtest.h>

#include "qfx/graph/builder.h"

namespace qfx::graph {
namespace {

TEST(PointOf, FracBitsRoundHalfAwayFromZero) {
  const QuantSpec spec;
  EXPECT_EQ(spec.point_of(2.5f), 3);
  EXPECT_EQ(spec.point_of(-2.5f), -3);
  EXPECT_EQ(spec.point_of(2.4999f), 2);
  EXPECT_EQ(spec.point_of(-0.4f), 0);
  EXPECT_EQ(spec.middle_of(-3), -3.0f);
}

// F = W - s - ceil(log2 t), straight from the paper's formula.
TEST(PointOf, AThresholdsPointLeavesRoomForIt) {
  for (const bool is_signed : {true, false}) {
    const QuantSpec spec{
        .width = 6, .is_signed = is_signed, .point_form = PointForm::Log2Threshold};
    for (const float f : {-2.75f, -2.0f, -0.25f, 0.0f, 0.5f, 2.999f, 3.0f, 7.25f}) {
      const float log2_t = spec.log2_threshold(f);
      EXPECT_EQ(spec.point_of(f), 6 - is_signed - std::ceil(log2_t)) << f;
    }
    EXPECT_EQ(spec.log2_threshold(2.5f), is_signed ? 2.5f : 3.5f);
    for (int point = -4; point < 5; ++point) {
      EXPECT_EQ(spec.point_of(spec.middle_of(point)), point);
      EXPECT_EQ(spec.point_of(spec.middle_of(point) + 0.49f), point);
      EXPECT_EQ(spec.point_of(spec.middle_of(point) - 0.49f), point);
    }
  }
}

TEST(Freeze, AThresholdFreezesToThePointItGives) {
  Builder builder("net");
  builder.cast(builder.input({3}));
  Model model = builder.finish();
  for (Node& node : model.nodes) {
    node.spec.point_form = PointForm::Log2Threshold;
    node.frac_bits = {4.75f};
  }
  EXPECT_EQ(freeze(model).nodes.back().format.frac_bits(), 4);
  model.nodes[1].spec.point_form = PointForm::FracBits;
  EXPECT_EQ(freeze(model).nodes.back().format.frac_bits(), 5);
}

Param param(Shape shape, QuantSpec spec, std::vector<float> frac_bits) {
  return {.shape = std::move(shape),
          .values = {},
          .spec = std::move(spec),
          .frac_bits = std::move(frac_bits)};
}

TEST(FreezeParam, RoundsAndSaturatesTheFloatsExactValue) {
  // 8 bits, 4 fraction bits: steps of 1/16, -8 to 7.9375
  const FrozenParam frozen = freeze_param(param({5}, {.int_bits = {}}, {4.4f}),
                                          {0.03125f, 0.031249998f, -0.03125f, 100, -100}, "w");
  EXPECT_EQ(frozen.raw, (std::vector<std::int32_t>{1, 0, 0, 127, -128}));
  EXPECT_EQ(frozen.format, (fixed::Format{.width = 8,
                                          .int_bits = 4,
                                          .rounding = fixed::Rounding::RND,
                                          .overflow = fixed::Overflow::SAT}));
  EXPECT_TRUE(frozen.channel_frac_bits.empty());
}

TEST(FreezeParam, GivesEachChannelItsOwnPoint) {
  const FrozenParam frozen =
      freeze_param(param({2, 2}, {.int_bits = {}, .granularity = Granularity::PerChannel}, {0, 3}),
                   {1, 2, 1, 2}, "w");
  EXPECT_EQ(frozen.raw, (std::vector<std::int32_t>{1, 2, 8, 16}));
  EXPECT_EQ(frozen.channel_frac_bits, (std::vector<int>{0, 3}));
  EXPECT_EQ(frozen.format.frac_bits(), 0);
}

TEST(FreezeParam, ProjectsAfterTheCast) {
  QuantSpec spec{.int_bits = {}, .k_hot = 2};
  // 7.4 -> 7 -> 6 or 8 with two ones: the smaller of two equally near ones
  FrozenParam frozen = freeze_param(param({2}, spec, {0}), {7.4f, 100.0f}, "w");
  EXPECT_EQ(frozen.raw, (std::vector<std::int32_t>{6, 96}));
  EXPECT_EQ(frozen.k_hot, 2);
  spec.signed_digits = true;
  frozen = freeze_param(param({2}, spec, {0}), {7.4f, 100.0f}, "w");
  EXPECT_EQ(frozen.raw, (std::vector<std::int32_t>{7, 96}));
  EXPECT_TRUE(frozen.signed_digits);
}

TEST(FreezeParam, TakesAGivenPointWhereNoneIsLearned) {
  const Param given = param({1}, {.learned = false, .int_bits = 3}, {});
  EXPECT_EQ(freeze_param(given, {1}, "w").raw, (std::vector<std::int32_t>{32}));
  Param both = given;
  both.frac_bits = {2};  // a binary point in place wins over the start
  EXPECT_EQ(freeze_param(both, {1}, "w").raw, (std::vector<std::int32_t>{4}));
}

TEST(FoldPair, IsFloatArithmeticInTheDocumentedOrder) {
  Builder builder("net");
  builder.batch_norm(builder.input({1}), {.eps = 1e-3});
  Node node = builder.finish().nodes[1];
  node.statistics = {{Statistic::Gamma, {0.7f}},
                     {Statistic::Beta, {0.1f}},
                     {Statistic::RunningMean, {0.3f}},
                     {Statistic::RunningVar, {0.9f}}};
  const auto [scale, offset] = fold_pair(node);
  const float variance = 0.9f + 1e-3f;
  const float expected_scale = 0.7f / std::sqrt(variance);
  const float product = 0.3f * expected_scale;
  EXPECT_EQ(scale, std::vector<float>{expected_scale});
  EXPECT_EQ(offset, std::vector<float>{0.1f - product});
}

// 0.01 in float is a little below 0.01; in 8 fraction bits it is 2.56, and 3 of 256.
TEST(Freeze, DerivesALeakyRelusSlope) {
  Builder builder("net");
  builder.unsqueeze(builder.leaky_relu(builder.input({2, 3}), {}, "act"));
  Model model = builder.finish();
  EXPECT_EQ(derived_params(model.nodes[1]), (ByRole<std::vector<float>>{{Role::Slope, {0.01F}}}));
  EXPECT_TRUE(derived_params(model.nodes[0]).empty());
  for (Node& node : model.nodes) node.frac_bits = {4};
  model.nodes[1].params.at(Role::Slope).frac_bits = {8};
  const FrozenModel frozen = freeze(model);
  EXPECT_EQ(frozen.nodes[1].params.at(Role::Slope).raw, (std::vector<std::int32_t>{3}));
  EXPECT_EQ(frozen.nodes[2].format, frozen.nodes[1].format);
}

TEST(Freeze, GivesEveryTensorAFormat) {
  Builder builder("net");
  NodeId x = builder.input({2, 2, 2}, {.divisor = 255, .mean = {}, .std = {}});
  x = builder.batch_norm(x, {}, "bn");
  x = builder.flatten(x, "flat");
  x = builder.linear(x, {.out_features = 2}, "fc");
  Model model = builder.finish();
  for (Node& node : model.nodes) {
    node.frac_bits = {4};
    for (auto& [name, p] : node.params) p.frac_bits = {5};
  }
  model.nodes[1].statistics[Statistic::RunningVar] = {1, 4};
  model.nodes[1].statistics[Statistic::RunningMean] = {0, 2};
  // A flatten has no format of its own, whatever its spec says.
  model.nodes[2].spec.width = 3;
  model.nodes[2].spec.is_float = true;
  model.nodes[2].frac_bits.clear();
  const FrozenModel frozen = freeze(model);
  EXPECT_EQ(frozen.name, "net");
  EXPECT_EQ(frozen.input().op, model.nodes[0].op);
  EXPECT_EQ(fixed::to_string(frozen.input().format), "ufixed<8,4,RND,SAT>");
  EXPECT_EQ(frozen.nodes[1].params.at(Role::Scale).raw, (std::vector<std::int32_t>{32, 16}));
  EXPECT_EQ(frozen.nodes[1].params.at(Role::Offset).raw, (std::vector<std::int32_t>{0, -32}));
  EXPECT_EQ(frozen.nodes[2].format, frozen.nodes[1].format);
  EXPECT_EQ(frozen.nodes.back().name, "fc");
  EXPECT_EQ(frozen.nodes.back().params.at(Role::Bias).raw, (std::vector<std::int32_t>{0, 0}));
}

}  // namespace
}  // namespace qfx::graph
