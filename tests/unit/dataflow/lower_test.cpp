// What becomes of a model: which processes, on which streams, with which constants.
#include "qfx/dataflow/lower.h"

#include <gmock/gmock.h>

#include "support/random_numbers.h"

#include "qfx/graph/builder.h"

namespace qfx::dataflow {
namespace {

using graph::Builder;
using graph::NodeId;
using graph::Role;
using testing::ElementsAre;

Network lowered(Builder& builder, const test::RandomNumbers& numbers = {}) {
  return lower(graph::Analyzed(test::with_random_numbers(builder.finish(), numbers)));
}

// "map", "clone", ...: the forms in the order of the processes.
std::vector<std::string> forms(const Network& network) {
  std::vector<std::string> names;
  for (const Process& process : network.processes)
    names.push_back(std::visit(graph::Overloaded{
                                   [](const Map&) { return "map"; },
                                   [](const MultiplyAccumulate&) { return "multiply-accumulate"; },
                                   [](const WindowReduce&) { return "window reduce"; },
                                   [](const Normalise&) { return "normalise"; },
                                   [](const Spread&) { return "spread"; },
                                   [](const Join&) { return "join"; },
                                   [](const Repeat&) { return "repeat"; },
                                   [](const Move&) { return "move"; },
                                   [](const Reorder&) { return "reorder"; },
                                   [](const Clone&) { return "clone"; },
                                   [](const Copy&) { return "copy"; },
                               },
                               process.work));
  return names;
}

TEST(Lower, MakesAProcessPerNodeAndACloneForASecondReader) {
  Builder b("all");
  const NodeId x = b.input({2, 4, 4});
  NodeId y = b.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}});
  y = b.concat({b.relu(y), x});
  y = b.max_pool2d(y, {});
  y = b.softmax(b.linear(b.flatten(y), {.out_features = 3}), {});
  const Network network = lowered(b);
  EXPECT_THAT(forms(network), ElementsAre("clone", "multiply-accumulate", "map", "join",
                                          "window reduce", "multiply-accumulate", "normalise"));
  EXPECT_TRUE(network.streams[network.input].is_port);
  EXPECT_TRUE(network.streams[network.outputs[0]].is_port);
  // A flatten is its source's stream.
  const NodeId flatten = 5;
  ASSERT_EQ(network.source[flatten], flatten - 1);
  EXPECT_EQ(network.traces[flatten].stream, network.traces[flatten - 1].stream);
  EXPECT_EQ(network.layouts[flatten].order, Order::Pixels);
}

TEST(Lower, WhatOnlyRenamesIsACopy) {
  Builder b("copied");
  b.flatten(b.input({2, 3, 3}));
  const Network network = lowered(b);
  EXPECT_THAT(forms(network), ElementsAre("copy"));
  EXPECT_NE(network.input, network.outputs[0]);
}

TEST(Lower, AFlattenedImageIsReorderedWhereItMeetsAVector) {
  Builder b("meeting");
  const NodeId x = b.flatten(b.input({2, 4, 4}));
  b.add(b.linear(x, {.out_features = 32}), x);
  EXPECT_THAT(forms(lowered(b)), ElementsAre("clone", "multiply-accumulate", "reorder", "map"));
}

TEST(Lower, AGateIsRepeatedForEveryPixel) {
  Builder b("gated");
  const NodeId x = b.input({3, 4, 5});
  b.append(graph::Gate{}, {x, b.global_avg_pool2d(x)});
  const Network network = lowered(b);
  EXPECT_THAT(forms(network), ElementsAre("clone", "window reduce", "repeat", "map"));
  EXPECT_EQ(std::get<Repeat>(network.processes[2].work).times, 20);
  EXPECT_EQ(network.streams[network.processes[3].inputs[1]].layout, network.layouts[0]);
}

// Of one pixel it is a product, whose gate may come in another order of its own.
TEST(Lower, AGateOfOnePixelNeedsNoRepeating) {
  Builder b("pixel");
  const NodeId x = b.input({6, 1, 1});
  b.append(graph::Gate{}, {x, b.flatten(x)});
  EXPECT_THAT(forms(lowered(b)), ElementsAre("clone", "map"));
  Builder c("reordered");
  const NodeId y = c.flatten(c.input({2, 1, 3}));
  c.append(graph::Gate{}, {c.conv2d(0, {.out_channels = 6}), y});
  EXPECT_THAT(forms(lowered(c)), ElementsAre("clone", "multiply-accumulate", "reorder", "repeat", "map"));
}

// Behind a flatten the weights of a linear layer lie pixel by pixel, as the stream does.
TEST(Lower, WeightsLieInStreamOrder) {
  Builder b("ordered");
  b.linear(b.flatten(b.input({2, 1, 2})), {.out_features = 1});
  const Network network = lowered(b);
  const auto& sums = std::get<MultiplyAccumulate>(network.processes[0].work);
  const auto& raw = network.model().nodes.back().params.at(Role::Weight).raw;
  EXPECT_FALSE(sums.window);
  EXPECT_THAT(sums.factor.values.shape, ElementsAre(2, 1, 2));
  EXPECT_THAT(sums.factor.values.values, ElementsAre(raw[0], raw[2], raw[1], raw[3]));
}

TEST(Lower, AConvolutionIsItsWindowAndTapsOutsideInputs) {
  Builder b("window");
  b.conv2d(b.input({4, 5, 6}), {.out_channels = 2, .kernel = {1, 2}, .groups = 2});
  const Network network = lowered(b);
  const auto& sums = std::get<MultiplyAccumulate>(network.processes[0].work);
  ASSERT_TRUE(sums.window);
  EXPECT_EQ(sums.window->height, 5);
  EXPECT_EQ(sums.window->width, 6);
  EXPECT_EQ(sums.groups, 2);
  EXPECT_THAT(sums.factor.values.shape, ElementsAre(2, 2, 2));
  const auto& raw = network.model().nodes.back().params.at(Role::Weight).raw;
  EXPECT_EQ(sums.factor.values.values[1], raw[2]) << "the second input of the first tap";
  EXPECT_THAT(sums.offset.values, ElementsAre(0, 0)) << "without a bias";
}

// A constant c of a batch_norm's channel: (x * scale << shift) + offset on the sum's grid.
TEST(Lower, ConstantsPerChannelMeetOnTheGridOfTheSum) {
  Builder b("scaled");
  b.batch_norm(b.input({3, 2, 2}));
  const Network network = lowered(b, {.per_channel = true});
  const auto& map = std::get<Map>(network.processes[0].work);
  const graph::FrozenNode& node = network.model().nodes.back();
  const auto &scale = node.params.at(Role::Scale), &offset = node.params.at(Role::Offset);
  ASSERT_TRUE(map.factor && map.offset);
  EXPECT_FALSE(map.places) << "every x is multiplied";
  EXPECT_THAT(map.offset->shape, ElementsAre(1, 3));
  const int in = network.model().input().format.frac_bits();
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(map.factor->values.values[c], scale.raw[c]);
    EXPECT_EQ(in + scale.frac_bits(c) + map.factor->shift.values[c], map.sum.frac_bits);
    EXPECT_EQ(map.offset->values[c] >> (map.sum.frac_bits - offset.frac_bits(c)), offset.raw[c]);
  }
}

TEST(Lower, ASlopeLeavesTheOtherSideToAShift) {
  Builder b("sloped");
  b.prelu(b.input({3, 2, 2}), {.num_parameters = 1});
  const Network network = lowered(b);
  const auto& map = std::get<Map>(network.processes[0].work);
  ASSERT_TRUE(map.factor && map.places);
  EXPECT_EQ(network.model().input().format.frac_bits() + *map.places, map.sum.frac_bits);
  EXPECT_THAT(map.factor->values.shape, ElementsAre(1, 3)) << "one slope serves every channel";
}

TEST(Lower, AMeanDividesByAnOddNumberAndAPowerOfTwo) {
  Builder b("mean");
  b.avg_pool2d(b.input({1, 6, 6}), {.kernel = {3, 2}, .stride = {3, 2}});
  const Network network = lowered(b);
  const auto& pool = std::get<WindowReduce>(network.processes[0].work);
  ASSERT_TRUE(pool.window && pool.mean);
  EXPECT_EQ(pool.mean->twos, 1);
  EXPECT_EQ(pool.mean->divisor, 3);
  Builder whole("whole");
  whole.global_avg_pool2d(whole.input({2, 4, 8}));
  const Network network_whole = lowered(whole);
  const auto& plane = std::get<WindowReduce>(network_whole.processes[0].work);
  EXPECT_FALSE(plane.window);
  EXPECT_EQ(plane.mean->twos, 5);
  EXPECT_EQ(plane.mean->divisor, 1);
}

}  // namespace
}  // namespace qfx::dataflow
