#include "train/network/readers.h"

#include <gtest/gtest.h>

#include "qfx/graph/builder.h"

namespace qfx::train {
namespace {

// input -> a -> b, and a twice into the sum; the last node is read by nobody but the outside.
graph::Model model() {
  graph::Builder builder("net", 3);
  const auto a = builder.relu(builder.input({2, 4, 4}), "a");
  const auto b = builder.relu(a, "b");
  builder.add(builder.add(a, a, "twice"), b, "sum");
  return builder.finish();
}

TEST(Readers, AreCountedAndTheLastIsKnown) {
  const Network network(model());
  const Readers readers(network);
  EXPECT_EQ(readers.count, (std::vector<int>{1, 3, 1, 1, 1}));
  EXPECT_EQ(readers.last, (std::vector<graph::NodeId>{1, 3, 4, 4, Readers::kNobody}));
}

TEST(Readers, WhatLeavesTheNetworkStays) {
  graph::Model two = model();
  two.outputs = {4, 2};
  const Network network(two);
  const Readers readers(network);
  EXPECT_EQ(readers.count, (std::vector<int>{1, 3, 2, 1, 1}));
  EXPECT_TRUE(readers.is_output(2) && readers.is_output(4) && !readers.is_output(3));
  std::vector<int> values{1, 2, 3, 4, 5};
  readers.release(network, 4, values);
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3, 0, 5}));
}

TEST(Readers, ValuesGoWithTheirLastReader) {
  const Network network(model());
  const Readers readers(network);
  std::vector<int> values{1, 2, 3, 4, 5};
  readers.release(network, 2, values);
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3, 4, 5})) << "others read it still";
  readers.release(network, 3, values);
  EXPECT_EQ(values, (std::vector<int>{1, 0, 3, 4, 5}));
  readers.release(network, 4, values);
  EXPECT_EQ(values, (std::vector<int>{1, 0, 0, 0, 5}));
}

}  // namespace
}  // namespace qfx::train
