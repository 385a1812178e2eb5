// What becomes of values that are few: levels, bits, thermometers, and sums rounded on their way.
#include <gmock/gmock.h>

#include "dataflow/fifo_depth.h"
#include "dataflow/thresholds.h"
#include "support/random_numbers.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::dataflow {
namespace {

using graph::Builder;
using graph::NodeId;
using graph::Role;
using testing::ElementsAre;

Network network_of(Builder& builder, const test::RandomNumbers& numbers = {}) {
  return lower(graph::Analyzed(test::with_random_numbers(builder.finish(), numbers)));
}

template <class Work>
const Work& work_at(const Network& network, std::size_t process) {
  return std::get<Work>(network.processes.at(process).work);
}

// Between -1, -1/3, 1/3 and 1 lie -2/3, 0 and 2/3: in quarters from -2, 0 and 3 on.
TEST(Levels, StepsAreTheLeastRawValuesAboveALevel) {
  EXPECT_THAT(level_steps({.bits = 2}, {8, 6, true}).values, ElementsAre(-2, 0, 3));
  EXPECT_THAT(level_steps({.bits = 1}, {8, 6, true}).values, ElementsAre(0));
  EXPECT_THAT(level_steps({.bits = 2}, {8, 11, true}).values, ElementsAre(0, 0, 1)) << "in eights";
}

// No input is there below its format, nor above it.
TEST(Levels, StepsStayBesideTheFormat) {
  EXPECT_THAT(level_steps({.bits = 2}, {4, 0, false}).values, ElementsAre(0, 0, 11));
  EXPECT_THAT(level_steps({.bits = 2}, {4, -1, true}).values, ElementsAre(-8, 0, 8));
  EXPECT_THAT(level_steps({.bits = 2}, {8, -120, true}).values, ElementsAre(-128, 0, 128));
}

TEST(Levels, AGateIsTheFloorOfItsThreshold) {
  const auto gates_of = [](std::vector<std::int32_t> raw, int int_bits) {
    const auto count = std::ssize(raw);
    return gates({.shape = {count},
                  .raw = std::move(raw),
                  .format = {8, int_bits, true},
                  .channel_frac_bits = {}},
                 27)
        .values;
  };
  EXPECT_THAT(gates_of({7, 8, -1, -4, 0}, 6), ElementsAre(1, 2, -1, -1, 0));
  EXPECT_THAT(gates_of({6, 7, -7, -8}, 10), ElementsAre(24, 27, -28, -28)) << "in fours";
}

TEST(Levels, BinaryWeightsCountTheBitsOfLevels) {
  Builder b("bits");
  NodeId x = b.quant_sign(b.input({2, 4, 4}), {.bits = 3});
  x = b.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}, .binary = true});
  x = b.flatten(b.quant_sign(x, {.bits = 1}));
  x = b.linear(x, {.out_features = 4, .binary = true});
  x = b.linear(x, {.out_features = 4, .binary = true});
  b.linear(b.quant_sign(x), {.out_features = 4});
  const Network network = network_of(b);
  const auto bits = [&](std::size_t process) {
    return work_at<MultiplyAccumulate>(network, process).level_bits;
  };
  EXPECT_EQ(bits(1), 3);
  EXPECT_EQ(bits(3), 1) << "behind a flatten";
  EXPECT_EQ(bits(4), 0) << "of integers";
  EXPECT_EQ(bits(6), 0) << "weights of eight bits";
  EXPECT_TRUE(work_at<MultiplyAccumulate>(network, 4).factor.binary);
  EXPECT_FALSE(work_at<MultiplyAccumulate>(network, 6).factor.binary);
}

TEST(Levels, AFractionalConvolutionHasGatesAndASumOfItsOwn) {
  Builder b("gated");
  b.fractional_conv2d(b.quant_sign(b.input({2, 4, 4})), {.out_channels = 3, .kernel = {3, 3}});
  const Network network = network_of(b);
  const auto& sums = work_at<MultiplyAccumulate>(network, 1);
  ASSERT_TRUE(sums.gate);
  EXPECT_THAT(sums.gate->shape, ElementsAre(3));
  EXPECT_EQ(sums.level_bits, 2);
  EXPECT_EQ(sums.sum.frac_bits, 0);
  EXPECT_EQ(sums.sum.width, 7) << "54 of 18 weights";
}

// The order of additions is that of the vector and not that in which pixels arrive.
TEST(Levels, WhatIsRoundedStepByStepKeepsItsOrder) {
  Builder b("steps");
  const fixed::Format format{9, 7, true, fixed::Rounding::RND, fixed::Overflow::SAT};
  b.linear(b.flatten(b.input({2, 1, 2})), {.out_features = 1, .accumulator = format});
  const Network network = network_of(b);
  ASSERT_EQ(std::ssize(network.processes), 2);
  EXPECT_TRUE(std::holds_alternative<Reorder>(network.processes[0].work));
  const auto& sums = work_at<MultiplyAccumulate>(network, 1);
  const auto& raw = network.model().nodes.back().params.at(Role::Weight).raw;
  EXPECT_THAT(sums.factor.values.values, ElementsAre(raw[0], raw[1], raw[2], raw[3]));
  EXPECT_EQ(sums.accumulator, format);
  // Inputs have 4 fraction bits and weights 8, products 16 bits on the grid that the bias shares.
  EXPECT_EQ(sums.sum.frac_bits, 12);
  EXPECT_GE(sums.sum.width, 16);
}

TEST(Levels, AMeanOfAnAccumulatorIsTakenOnItsGrid) {
  Builder b("mean");
  const fixed::Format format{9, 7, false, fixed::Rounding::TRN, fixed::Overflow::SAT};
  b.append(graph::GlobalAvgPool2d{.accumulator = format}, {b.input({2, 3, 3})});
  const Network network = network_of(b);
  const auto& pool = work_at<WindowReduce>(network, 0);
  EXPECT_EQ(pool.accumulator, format);
  EXPECT_EQ(pool.mean->sum.width, 10) << "a sign more";
  EXPECT_EQ(pool.mean->sum.frac_bits, 2);
}

TEST(Levels, AThermometerSpreadsAPixelOverItsLanes) {
  Builder b("image");
  b.thermometer(b.input({3, 4, 4}), {.levels = 5, .resolution = 1.0});
  const Network network = network_of(b);
  const auto& spread = work_at<Spread>(network, 0);
  EXPECT_TRUE(spread.per_pixel);
  EXPECT_THAT(spread.thresholds.shape, ElementsAre(3, 5));
  EXPECT_EQ(network.streams[network.outputs[0]].layout, (Layout{16, 15, Order::Pixels}));
}

// 24 elements in one beat make 120 in two beats of 60; a flattened image comes in order first.
TEST(Levels, AThermometerOfAVectorWritesWhatItHasFilled) {
  Builder b("vector");
  const NodeId x = b.flatten(b.input({4, 2, 3}));
  const NodeId levels = b.thermometer(x, {.levels = 5, .resolution = 1.0});
  b.concat({levels, x});
  const Network network = network_of(b);
  const TokenNetwork tokens = token_network(network);
  std::vector<std::int64_t> depths;
  for (const Stream& stream : network.streams) depths.push_back(stream.depth);
  EXPECT_TRUE(completes(tokens, depths));
  const auto spread = std::ranges::find_if(network.processes, [](const Process& process) {
    return std::holds_alternative<Spread>(process.work);
  });
  ASSERT_NE(spread, network.processes.end());
  EXPECT_EQ(network.streams[spread->inputs[0]].layout, vector_layout(24));
  EXPECT_EQ(network.streams[spread->outputs[0]].layout, vector_layout(120));
  // From one beat it writes both: without room for the second it stands, and the concat takes the
  // other input only behind it.
  const auto& rounds = tokens.processes[spread - network.processes.begin() + 1].rounds;
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_TRUE(rounds[0].reads);
  EXPECT_EQ(rounds[1].count, 2);
}

// The line buffer of a fractional convolution is filled as any other's.
TEST(Levels, ASkipHoldsWhatAFractionalConvolutionWaitsFor) {
  Builder b("residual");
  const NodeId x = b.input({2, 8, 8});
  const NodeId y = b.fractional_conv2d(b.quant_sign(x),
                                       {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}});
  b.add(y, x);
  const Network network = network_of(b);
  const TokenNetwork tokens = token_network(network);
  std::vector<std::int64_t> depths;
  for (const Stream& stream : network.streams) depths.push_back(stream.depth);
  EXPECT_TRUE(completes(tokens, depths));
  const auto skip = std::ranges::max_element(depths);
  EXPECT_GE(*skip, 8 + 2);
  *skip = 8;
  EXPECT_FALSE(completes(tokens, depths));
}

}  // namespace
}  // namespace qfx::dataflow
