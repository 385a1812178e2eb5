// Which tensors are packed to bits, which products count them, and that nothing of it shows.
#include "runtime/levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "runtime/group.h"
#include "support/reference.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {
namespace {

using graph::NodeId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// 10 bits, of which 4 integer bits, where a kind gives no format of its own; node `whole` holds
// integers. The input has both signs.
graph::FrozenModel frozen_levels(graph::Model model, NodeId whole = -1) {
  const auto choose = [](graph::QuantSpec& spec, int int_bits) {
    spec.width = 10;
    spec.int_bits = int_bits;
  };
  for (NodeId id = 0; id < std::ssize(model.nodes); ++id) {
    graph::Node& node = model.nodes[id];
    if (!graph::own_format(node.op)) choose(node.spec, id == whole ? 10 : 4);
    for (auto& [role, param] : node.params)
      if (!graph::own_format(node.op, role)) choose(param.spec, 4);
  }
  model.nodes.front().spec.is_signed = true;
  return graph::freeze(model);
}

// The engine gives the reference's bits on every tensor, whether all are kept or steps are fused.
void expect_exact(const Engine& engine) {
  constexpr std::int64_t kBatch = 3;
  const graph::FrozenModel& model = engine.model();
  const graph::Interval range = graph::held_range(model.input().format);
  std::mt19937_64 random(1);
  std::vector<std::int32_t> input(kBatch * graph::element_count(model.input().shape));
  for (std::int32_t& value : input)
    value = static_cast<std::int32_t>(
        range.lo + static_cast<std::int64_t>(random() % (range.hi - range.lo + 1)));
  const auto expected = test::reference_run(model, input, kBatch).raw;
  const std::vector<RawTensor> all = engine.run_all(input, kBatch);
  for (std::size_t id = 0; id < all.size(); ++id)
    EXPECT_EQ(all[id], expected[id]) << model.nodes[id].name;
  EXPECT_EQ(engine.run(input, kBatch), expected.back());
}

constexpr graph::Pair kThree{3, 3}, kTwo{2, 2};
constexpr graph::Sides kOne{1, 1};

TEST(Levels, ThresholdsAreTheLeastRawValuesOnAnyGrid) {
  // -2/3, 0 and 2/3
  EXPECT_THAT(level_thresholds({.bits = 2}, 3), ElementsAre(-5, 0, 6));
  EXPECT_THAT(level_thresholds({.bits = 2}, 0), ElementsAre(0, 0, 1));
  EXPECT_THAT(level_thresholds({.bits = 2}, -2), ElementsAre(0, 0, 1));
  EXPECT_THAT(level_thresholds({.bits = 1}, 7), ElementsAre(0));
  // Every raw value of 32 bits is a hair beside 0, or millions beyond 1.
  const auto fine = level_thresholds({.bits = 2}, 128);
  EXPECT_LT(fine[0], INT32_MIN);
  EXPECT_EQ(fine[1], 0);
  EXPECT_GT(fine[2], INT32_MAX);
  EXPECT_THAT(level_thresholds({.bits = 2}, -128), ElementsAre(0, 0, 1));
  // One and minus one reach the outermost levels.
  const auto sixteen = level_thresholds({.bits = 4}, 0);
  EXPECT_EQ(sixteen.front(), 0);
  EXPECT_EQ(sixteen.back(), 1);
}

TEST(Levels, ANetworkOfBits) {
  graph::Builder builder("bits");
  NodeId x = builder.input({3, 9, 7}, {});
  x = builder.thermometer(x, {.levels = 16, .resolution = 0.25}, "encoder");
  x = builder.conv2d(
      x, {.out_channels = 20, .kernel = kThree, .padding = kOne, .has_bias = true, .binary = true},
      "conv");
  const NodeId levels = builder.quant_sign(builder.batch_norm(x), {.bits = 2}, "levels");
  x = builder.fractional_conv2d(
      levels, {.out_channels = 18, .kernel = kThree, .stride = kTwo, .padding = kOne}, "gated");
  x = builder.quant_sign(builder.batch_norm(x), {.bits = 3}, "fine");
  x = builder.linear(builder.flatten(x), {.out_features = 5, .binary = true}, "classifier");
  const Engine engine(frozen_levels(builder.finish()), 1);
  EXPECT_EQ(engine.kernel_name(1), "16 thresholds a channel, packed");
  EXPECT_THAT(engine.kernel_name(2), StartsWith("1 bit x 1 bit -> int32, "));
  EXPECT_EQ(engine.kernel_name(levels), "3 thresholds, packed");
  EXPECT_THAT(engine.kernel_name(levels + 1), StartsWith("2 bits x 1 bit by gate -> int32, "));
  // A flatten reads it, which moves elements.
  EXPECT_EQ(engine.kernel_name(levels + 3), "7 thresholds, int8");
  EXPECT_THAT(engine.kernel_name(x), StartsWith("3 bits x 1 bit -> int32, "));
  expect_exact(engine);
}

// Of a thermometer's convolution, and of what else reads the thermometer.
graph::FrozenModel thermometer_model(bool others_read_it) {
  graph::Builder builder("thermometer");
  const NodeId x = builder.input({2, 5, 6}, {});
  const NodeId spread = builder.thermometer(x, {.levels = 8, .resolution = 0.5}, "spread");
  const NodeId conv = builder.conv2d(
      spread,
      {.out_channels = 16, .kernel = kThree, .stride = kTwo, .padding = kOne, .binary = true});
  if (others_read_it) builder.concat({builder.flatten(conv), builder.flatten(spread)});
  return frozen_levels(builder.finish());
}

TEST(Levels, AConvolutionOfAThermometerLooksUpItsInput) {
  for (const bool others_read_it : {false, true}) {
    const Engine engine(thermometer_model(others_read_it), 1);
    const std::vector<Group> groups = fused_groups(engine.analyzed());
    const Group& conv = groups[others_read_it ? 1 : 0];
    EXPECT_TRUE(conv.looks_up);
    EXPECT_THAT(conv.nodes, ElementsAre(2));
    EXPECT_THAT(conv.inputs, ElementsAre(0));
    EXPECT_EQ(groups.front().first(), others_read_it ? 1 : 2);
    expect_exact(engine);
  }
}

TEST(Levels, WhatOthersReadIsNotPacked) {
  graph::Builder builder("shared");
  NodeId x = builder.input({4, 6, 6}, {});
  const NodeId levels = builder.quant_sign(x, {.bits = 2}, "levels");
  const NodeId conv = builder.conv2d(
      levels, {.out_channels = 4, .kernel = kThree, .padding = kOne, .binary = true}, "conv");
  builder.add(conv, levels);
  const Engine engine(frozen_levels(builder.finish()), 1);
  EXPECT_EQ(engine.kernel_name(levels), "3 thresholds, int8");
  EXPECT_THAT(engine.kernel_name(conv), StartsWith("2 bits x 1 bit -> "));
  expect_exact(engine);
}

// The levels of an input, their signs, and the two convolutions of both with one window: with the
// same weights or with others. What is left of the second sums is the output.
struct Signs {
  NodeId levels, signs, coarse, both;
  graph::Model model;
};
Signs signs_model(bool same_weights, bool others_read_signs) {
  graph::Builder builder("signs");
  Signs made;
  constexpr graph::Sides padding{2, 0};
  NodeId x = builder.input({17, 5, 5}, {});
  made.levels = builder.quant_sign(x, {.bits = 2}, "levels");
  made.signs = builder.quant_sign(made.levels, {.bits = 1}, "signs");
  made.coarse = builder.conv2d(
      made.signs,
      {.out_channels = 17, .kernel = kThree, .padding = padding, .has_bias = false, .binary = true},
      "coarse");
  made.both = builder.fractional_conv2d(
      made.levels, {.out_channels = 17, .kernel = kThree, .padding = padding}, "both");
  x = builder.sub(builder.sub(made.both, made.coarse), made.coarse);
  if (others_read_signs) builder.concat({builder.flatten(x), builder.flatten(made.signs)});
  made.model = builder.finish();
  auto& nodes = made.model.nodes;
  if (same_weights)
    nodes[made.both].params.at(graph::Role::Weight).values =
        nodes[made.coarse].params.at(graph::Role::Weight).values;
  return made;
}

TEST(Levels, SignsOfPackedLevelsAreTheirUpperPlane) {
  for (const bool others_read_signs : {false, true}) {
    const Signs made = signs_model(false, others_read_signs);
    const Engine engine(frozen_levels(made.model), 1);
    EXPECT_EQ(engine.kernel_name(made.levels), "3 thresholds, packed");
    EXPECT_EQ(engine.kernel_name(made.signs), others_read_signs ? "signs, int8" : "signs, packed");
    EXPECT_THAT(engine.kernel_name(made.both), StartsWith("2 bits x 1 bit by gate"));
    expect_exact(engine);
  }
}

TEST(Levels, SumsOfTheSignsAreNotMadeTwice) {
  const Signs made = signs_model(true, false);
  const Engine shared(frozen_levels(made.model, made.coarse), 1);
  EXPECT_THAT(shared.kernel_name(made.both), StartsWith("1 bit x 1 bit by gate"));
  expect_exact(shared);
  // They are not there where they are rounded when they are stored.
  const Engine apart(frozen_levels(made.model), 1);
  EXPECT_THAT(apart.kernel_name(made.both), StartsWith("2 bits x 1 bit by gate"));
  expect_exact(apart);
}

TEST(Levels, BinaryWeightsOfOtherValuesAreProductsOfIntegers) {
  graph::Builder builder("integers");
  NodeId x = builder.input({6, 6, 6}, {});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = kThree, .groups = 2, .binary = true});
  builder.linear(builder.flatten(x), {.out_features = 3, .binary = true});
  const Engine engine(frozen_levels(builder.finish()), 1);
  EXPECT_THAT(engine.kernel_name(1), HasSubstr("int"));
  EXPECT_THAT(engine.kernel_name(1), testing::Not(HasSubstr("bit x")));
  expect_exact(engine);
}

}  // namespace
}  // namespace qfx::runtime
