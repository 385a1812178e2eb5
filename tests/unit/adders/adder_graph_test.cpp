#include "qfx/adders/adder_graph.h"

#include <gtest/gtest.h>

namespace qfx::adders {
namespace {

TEST(AdderGraph, CountsTheBitsOfARange) {
  EXPECT_EQ(bits_of({0, 0}), 0);
  EXPECT_EQ(bits_of({0, 1}), 1);
  EXPECT_EQ(bits_of({0, 255}), 8);
  EXPECT_EQ(bits_of({-1, 0}), 1);
  EXPECT_EQ(bits_of({-128, 127}), 8);
  EXPECT_EQ(bits_of({-129, 0}), 9);
  EXPECT_EQ(bits_of({-1, 128}), 9);
}

TEST(AdderGraph, LetsTheLowBitsOfOneOperandPass) {
  const Interval range{-1000, 1000};  // 11 bits
  EXPECT_EQ(full_adders({.a = {0, 0, false}, .b = {1, 0, false}, .range = range}), 11);
  EXPECT_EQ(full_adders({.a = {0, 0, false}, .b = {1, 4, true}, .range = range}), 7);
  EXPECT_EQ(full_adders({.a = {0, 4, false}, .b = {1, 0, false}, .range = range}), 7);
  // the lower one is subtracted: its low bits are not what they were
  EXPECT_EQ(full_adders({.a = {0, 4, false}, .b = {1, 0, true}, .range = range}), 11);
  EXPECT_EQ(
      full_adders({.a = {0, 0, false}, .b = {1, 3, true}, .c = {2, 5, false}, .range = range}), 8);
}

TEST(AdderGraph, IsAsDeepAsItsDeepestOutput) {
  const AdderGraph graph{
      .inputs = {{0, 1}, {0, 1}},
      .adders = {{.a = {0, 0, false}, .b = {1, 1, false}, .range = {0, 3}},
                 {.a = {2, 0, false}, .b = {0, 1, true}, .range = {-2, 3}, .level = 2}},
      .outputs = {{2, 0, false}, {3, 2, true}, {}}};
  EXPECT_EQ(graph.depth(), 2);
  const std::vector<std::int64_t> x = {1, 1};
  EXPECT_EQ(evaluate(graph, x), (std::vector<std::int64_t>{3, -4, 0}));
  // 2 bits less one, 3 bits less one, and an output of 3 bits to negate
  EXPECT_EQ(graph.full_adders(), 1 + 2 + 3);
}

}  // namespace
}  // namespace qfx::adders
