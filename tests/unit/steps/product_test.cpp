// Where the sums of a product lie, from its weights.
#include "qfx/steps/product.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "qfx/base/error.h"

namespace qfx::steps {
namespace {

TEST(Product, BoundsEachOutputByItsOwnWeights) {
  const Grid x{3, 100};
  const std::vector<float> weight{0.5F, -0.25F, 1, 1};  // two outputs
  const std::vector<Grid> grids = product_grids(x, weight.data(), 2, 2, {2});
  EXPECT_EQ(grids[0].frac_bits, 5);
  EXPECT_EQ(grids[0].max_raw, 100 * 3);
  EXPECT_EQ(grids[1].max_raw, 100 * 8);
  EXPECT_EQ(product_grids(x, weight.data(), 2, 2, {2, 4})[1].max_raw, 100 * 32)
      << "each output its own point";
}

TEST(Product, AnOffsetComesToEachSum) {
  const std::vector<Grid> sums = with_offsets({{5, 100}, {5, 100}}, {-3, 0.5}, {2, 6});
  EXPECT_EQ(sums[0].frac_bits, 5);
  EXPECT_EQ(sums[0].max_raw, 100 + 3 * 32);
  EXPECT_EQ(sums[1].frac_bits, 6);
  EXPECT_EQ(sums[1].max_raw, 2 * 100 + 32);
}

TEST(Product, TheWidestSumDecides) {
  EXPECT_EQ(carrier_for({{0, 10}, {0, 20}}, "n"), Carrier::Float32);
  EXPECT_EQ(carrier_for({{0, 10}, {0, std::ldexp(1.0, 30)}}, "n"), Carrier::Float64);
  EXPECT_THROW(carrier_for({{0, std::ldexp(1.0, 60)}, {0, 1}}, "n"), UserError);
}

TEST(Product, RunsOnIntegersWhereAllOfItFits) {
  const fixed::Format x{.width = 16, .int_bits = 4}, weight{.width = 8, .int_bits = 1};
  const std::vector<Grid> small{{0, 1000}}, large{{0, std::ldexp(1.0, 31)}};
  const auto operands = integer_operands(x, weight, {7}, small);
  ASSERT_TRUE(operands.has_value());
  EXPECT_EQ(operands->x_lo, -32768);
  EXPECT_EQ(operands->x_hi, 32767);
  EXPECT_EQ(operands->x_frac_bits, 12);
  EXPECT_FALSE(integer_operands(x, weight, {7}, large).has_value());
  const fixed::Format wide{.width = 16, .int_bits = 4, .is_signed = false};
  EXPECT_FALSE(integer_operands(wide, weight, {7}, small).has_value()) << "16 unsigned bits";
}

}  // namespace
}  // namespace qfx::steps
