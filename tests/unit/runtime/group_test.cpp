// Which nodes run as one step, and that what runs so gives the values of the nodes by themselves.
#include "runtime/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/chain.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"

namespace qfx::runtime {
namespace {

using graph::NodeId;
using testing::ElementsAre;

graph::Analyzed with_width(graph::Model model, int width) {
  for (graph::Node& node : model.nodes) {
    node.spec.width = width;
    node.spec.int_bits = 3;
    for (auto& [role, param] : node.params) {
      param.spec.width = width;
      param.spec.int_bits = 1;
    }
  }
  return graph::Analyzed(graph::freeze(model));
}

std::vector<std::vector<NodeId>> nodes_of(const std::vector<Group>& groups) {
  std::vector<std::vector<NodeId>> nodes;
  for (const Group& group : groups) nodes.push_back(group.nodes);
  return nodes;
}

// 0 input, 1 conv, 2 bn, 3 relu, 4 conv, 5 bn, 6 shortcut conv, 7 shortcut bn, 8 add, 9 relu.
graph::Model residual_block() {
  graph::Builder builder("block");
  NodeId x = builder.input({3, 9, 9}, {});
  x = builder.relu(builder.batch_norm(
      builder.conv2d(x, {.out_channels = 5, .kernel = {3, 3}, .padding = {1, 1}})));
  NodeId y = builder.batch_norm(
      builder.conv2d(x, {.out_channels = 7, .kernel = {3, 3}, .padding = {1, 1}}));
  NodeId shortcut = builder.batch_norm(builder.conv2d(x, {.out_channels = 7, .kernel = {1, 1}}));
  builder.relu(builder.add(y, shortcut));
  return builder.finish();
}

TEST(Groups, ElementsRunBehindWhatMakesThem) {
  const graph::Analyzed analyzed = with_width(residual_block(), 8);
  const std::vector<Group> groups = fused_groups(analyzed);
  // The sum goes on with the branch that is made last; the other one's end is in memory by then.
  EXPECT_THAT(nodes_of(groups),
              ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4, 5), ElementsAre(6, 7, 8, 9)));
  EXPECT_THAT(groups[2].inputs, ElementsAre(3, 5));
}

TEST(Groups, WhatTwoReadEndsAStep) {
  graph::Builder builder("two");
  const NodeId x = builder.relu(builder.input({4}, {}));
  builder.add(builder.cast(x), x);
  const graph::Analyzed analyzed = with_width(builder.finish(), 8);
  EXPECT_THAT(nodes_of(fused_groups(analyzed)), ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
}

// Lanes of 64 bits are slow: who can do with fewer does not follow those who cannot.
TEST(Groups, WideNumbersKeepToThemselves) {
  EXPECT_THAT(nodes_of(fused_groups(with_width(residual_block(), 20))),
              ElementsAre(ElementsAre(1, 2), ElementsAre(3), ElementsAre(4, 5), ElementsAre(6, 7),
                          ElementsAre(8, 9)));
}

// An image's values in between, and its result, one node at a time or not.
TEST(Groups, GiveTheNodesValues) {
  for (const int width : {4, 8, 11, 16}) {
    const Engine engine(with_width(residual_block(), width), 1);
    std::vector<std::int32_t> input(5 * 3 * 9 * 9);
    const graph::Interval range = engine.analyzed().range(0).output;
    for (std::size_t i = 0; i < input.size(); ++i)
      input[i] = static_cast<std::int32_t>(
          range.lo + static_cast<std::int64_t>(i * 7919 % (range.hi - range.lo + 1)));
    EXPECT_EQ(engine.run(input, 5), engine.run_all(input, 5).back()) << width;
  }
}

TEST(Groups, LanesAreAsNarrowAsTheProofs) {
  const graph::Analyzed narrow = with_width(residual_block(), 8),
                        wide = with_width(residual_block(), 16);
  EXPECT_TRUE(fits_halves(narrow, 2));
  EXPECT_TRUE(fits_halves(narrow, 8));
  EXPECT_FALSE(fits_halves(wide, 2));
  EXPECT_EQ(layout_of(narrow, 3).storage, kernels::Storage::Int8);
  EXPECT_EQ(layout_of(wide, 3).storage, kernels::Storage::Int16);
}

}  // namespace
}  // namespace qfx::runtime
