#include "qfx/graph/totals.h"

#include <gtest/gtest.h>

#include "support/small_models.h"
#include "unit/graph/formats.h"

namespace qfx::graph {
namespace {

TEST(Totals, CountParametersTheirBitsAndProducts) {
  const Conv2d conv{.out_channels = 2, .kernel = {1, 2}, .has_bias = false};
  const FrozenParam weight = test::constant({2, 1, 1, 2}, {1, -2, 3, 0}, 4, 4);
  const FrozenParam slope = test::constant({2}, {1, 1}, 6, 2);
  const FrozenModel model =
      test::chain({1, 3, 3}, kByte,
                  {{conv, kByte, {{Role::Weight, weight}}},
                   {Prelu{.num_parameters = 2}, kByte, {{Role::Slope, slope}}}});
  EXPECT_EQ(products(model.nodes[1]), 2 * 3 * 2 * 2);  // {2, 3, 2}, two taps each
  EXPECT_EQ(products(model.nodes[2]), 0);
  const Totals sum = totals(model);
  EXPECT_EQ(sum.products, 24);
  EXPECT_EQ(sum.parameters, 4 + 2);
  EXPECT_EQ(sum.parameter_bits, 4 * 4 + 2 * 6);
}

}  // namespace
}  // namespace qfx::graph
