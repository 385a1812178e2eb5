// Which carrier is proved, and where sums, products and casts lie.
#include "qfx/steps/exactness.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"

namespace qfx::steps {
namespace {

TEST(Exactness, TheCarrierChangesAtItsLastBit) {
  EXPECT_EQ(carrier_for({5, std::ldexp(1.0, 24) - 1}, "n"), Carrier::Float32);
  EXPECT_EQ(carrier_for({5, std::ldexp(1.0, 24)}, "n"), Carrier::Float64);
  EXPECT_EQ(carrier_for({5, std::ldexp(1.0, 53) - 1}, "n"), Carrier::Float64);
  EXPECT_EQ(carrier_for({130, 3}, "n"), Carrier::Float64) << "below float32's normal numbers";
  EXPECT_EQ(carrier_for({-125, 100}, "n"), Carrier::Float64) << "beyond float32's largest number";
  try {
    carrier_for({5, std::ldexp(1.0, 53)}, "conv7");
    FAIL() << "54 bits are exact in no carrier";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("conv7"));
  }
}

TEST(Exactness, GridsOfSumsAndProducts) {
  const Grid a = grid_of({.width = 8, .int_bits = 3, .is_signed = true});
  EXPECT_EQ(a.frac_bits, 5);
  EXPECT_EQ(a.max_raw, 128);
  const Grid b = grid_of({.width = 8, .int_bits = 8, .is_signed = false});
  EXPECT_EQ(b.max_raw, 255);
  EXPECT_EQ(product(a, b).max_raw, 128.0 * 255);
  EXPECT_EQ(product(a, b).frac_bits, 5);
  EXPECT_EQ(sum(a, b).max_raw, 128 + 255.0 * 32);
  EXPECT_EQ(signed_width({0, 127}), 8);
  EXPECT_EQ(signed_width({0, 128}), 9);
}

// The bound of a cast holds for every value of the grid, in every mode.
TEST(Exactness, ACastsBoundHoldsForEveryValue) {
  for (const bool is_signed : {true, false})
    for (const int width : {1, 2, 4, 7})
      for (int r = 0; r < fixed::kRoundingCount; ++r)
        for (int o = 0; o < fixed::kOverflowCount; ++o)
          for (const double most : {0.0, 1.0, 5.0, 9.0, 40.0, 300.0}) {
            const auto overflow = static_cast<fixed::Overflow>(o);
            if (overflow == fixed::Overflow::WRAP_SM && !is_signed) continue;
            const fixed::Format format{.width = width,
                                       .int_bits = width - 1,
                                       .is_signed = is_signed,
                                       .rounding = static_cast<fixed::Rounding>(r),
                                       .overflow = overflow};
            constexpr int kFracBits = 3;
            const Grid bound = cast({kFracBits, most}, format);
            EXPECT_EQ(bound.frac_bits, format.frac_bits());
            EXPECT_LE(bound.max_raw, grid_of(format).max_raw);
            double largest = 0;
            for (double raw = -most; raw <= most; ++raw) {
              const double x = std::ldexp(raw, -kFracBits);
              largest = std::max(largest,
                                 std::abs(static_cast<double>(fixed::raw_from_double(x, format))));
            }
            EXPECT_LE(largest, bound.max_raw) << fixed::to_string(format) << " of " << most;
          }
  const fixed::Format wide{.width = 28, .int_bits = 1, .is_signed = true};
  EXPECT_EQ(cast({17, 1024}, wide).max_raw, std::ldexp(1.0, 20));
}

}  // namespace
}  // namespace qfx::steps
