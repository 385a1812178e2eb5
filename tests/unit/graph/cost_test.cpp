#include "qfx/graph/cost.h"

#include <gtest/gtest.h>

#include "support/small_models.h"
#include "unit/graph/formats.h"

namespace qfx::graph {
namespace {

using test::chain;
using test::constant;
using Counts = std::map<int, Cost::Count>;
using PairCounts = std::map<std::array<int, 2>, Cost::Count>;

constexpr fixed::Format kUnsigned8{
    .width = 8, .int_bits = 8, .is_signed = false, .overflow = fixed::Overflow::SAT};

Cost cost_of_last(const FrozenModel& model) {
  return cost_of(Analyzed(model), static_cast<NodeId>(model.nodes.size()) - 1);
}

// Two products of 4 bits and 0..255, a bias of 300: partial sums from -510 to 1065.
TEST(CostOf, ProductsHaveTheWidthsOfTheirFactorsAndSumsTheirOwn) {
  const Cost cost = cost_of_last(chain({2}, kUnsigned8,
                                       {{Linear{.out_features = 1, .has_bias = true},
                                         kWide,
                                         {{Role::Weight, constant({1, 2}, {3, -2}, 4, 4)},
                                          {Role::Bias, constant({1}, {300}, 10, 10)}}}}));
  EXPECT_EQ(cost.multiplies, (PairCounts{{{4, 9}, 2}}));
  EXPECT_EQ(cost.adds, (Counts{{12, 2}}));
  EXPECT_TRUE(cost.shifts.empty());
  EXPECT_TRUE(cost.comparisons.empty());
}

// 5 is two ones and 4 is one: three terms of one sum, at each of 3 * 3 places. The other channel's
// constants have no ones: there is nothing to add.
TEST(CostOf, KHotConstantsAreTerms) {
  FrozenParam weight = constant({2, 1, 1, 2}, {5, 4, 0, 0}, 4, 4);
  weight.k_hot = 2;
  const Cost cost = cost_of_last(
      chain({1, 3, 4}, kUnsigned8,
            {{Conv2d{.out_channels = 2, .kernel = {1, 2}}, kWide, {{Role::Weight, weight}}}}));
  EXPECT_TRUE(cost.multiplies.empty());
  EXPECT_EQ(cost.shifts, (Counts{{9, 3 * 9}}));
  EXPECT_EQ(cost.adds, (Counts{{13, 2 * 9}}));
}

// The same constants by multipliers: two products and an addition for each output.
TEST(CostOf, KHotConstantsMayBeCountedAsOrdinaryOnes) {
  FrozenParam weight = constant({2, 1, 1, 2}, {5, 4, 0, 0}, 4, 4);
  weight.k_hot = 2;
  const Analyzed model(
      chain({1, 3, 4}, kUnsigned8,
            {{Conv2d{.out_channels = 2, .kernel = {1, 2}}, kWide, {{Role::Weight, weight}}}}));
  const Cost cost = cost_of(model, 1, KHot::Multiplies);
  EXPECT_EQ(cost.multiplies, (PairCounts{{{4, 9}, 2 * 2 * 9}}));
  EXPECT_TRUE(cost.shifts.empty());
  EXPECT_EQ(total(cost.adds), 2 * 9);
}

TEST(CostOf, Comparisons) {
  const Cost relu = cost_of_last(chain({2, 3, 3}, kWide, {{Relu{}, kUnsigned8, {}}}));
  EXPECT_EQ(relu.comparisons, (Counts{{24, 18}}));
  // both bounds lie between 0 and 255
  const Cost clip =
      cost_of_last(chain({2, 3, 3}, kUnsigned8, {{Clip{.min = 0, .max = 6}, kUnsigned8, {}}}));
  EXPECT_EQ(clip.comparisons, (Counts{{9, 2 * 18}}));
  const Cost pool = cost_of_last(chain({2, 4, 4}, kUnsigned8, {{MaxPool2d{}, kUnsigned8, {}}}));
  EXPECT_EQ(pool.comparisons, (Counts{{9, 3 * 8}}));
  EXPECT_TRUE(pool.adds.empty());
}

// The four adds up 0..255: 10 bits and a sign.
TEST(CostOf, AMeanIsASum) {
  const Cost cost = cost_of_last(chain({2, 4, 4}, kUnsigned8, {{AvgPool2d{}, kUnsigned8, {}}}));
  EXPECT_EQ(cost.adds, (Counts{{11, 3 * 8}}));
  EXPECT_TRUE(cost.divisions.empty());
}

}  // namespace
}  // namespace qfx::graph
