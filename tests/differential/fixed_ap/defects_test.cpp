// What ap_fixed's simulation gets wrong, each shown beside the right result:
// docs/header_defects.md. A test that fails here means that the header has been mended, and that
// fixed_ap_test.cpp may ask for more.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "ap.h"

namespace qfx::fixed::matrix {
namespace {

// 1: the least value divided by -1 LSB keeps its sign.
TEST(ApDefect, LeastValueDividedByMinusOneLsb) {
  ap_fixed<4, 4> least = -8;
  ap_fixed<4, 4> minus_one = -1;
  EXPECT_EQ((least / minus_one).to_double(), -8.0);  // right: 8
}

// 2: an unsigned operand of 32 bits or more turns a negative one into a large unsigned number.
TEST(ApDefect, UnsignedIsComparedWithNegativeAsUnsigned) {
  ap_ufixed<32, 32> one = 1;
  ap_fixed<32, 32> minus_one = -1;
  EXPECT_FALSE(one > minus_one);  // right: true
  EXPECT_FALSE(minus_one < one);  // right: true
  ap_ufixed<31, 31> narrow_one = 1;
  ap_fixed<31, 31> narrow_minus_one = -1;
  EXPECT_TRUE(narrow_one > narrow_minus_one);
  ap_fixed<33, 33> wide_minus_one = -1;
  EXPECT_TRUE(one > wide_minus_one);
  // Bits count on the grid of both, and the shift there adds one on the left.
  ap_ufixed<1, 1> bit = 1;
  ap_fixed<32, 2> just_below_zero = 0;
  just_below_zero.range(31, 0) = -1;
  EXPECT_FALSE(bit > just_below_zero);  // right: true
  EXPECT_TRUE(just_below_zero < bit);
}

// 3: a product with an operand of more than 64 bits may lose a carry.
TEST(ApDefect, WideProductLosesACarry) {
  // (2^138 + 1) * (2^50 + 1), both negative.
  Words left{};
  for (std::uint64_t& word : left) word = ~std::uint64_t{0};
  left[2] = ~(std::uint64_t{1} << 10);
  Words right{};
  for (std::uint64_t& word : right) word = ~std::uint64_t{0};
  right[0] = ~(std::uint64_t{1} << 50);
  Words product{};
  read_words(from_words<ap_fixed<200, 200>>(left) * from_words<ap_fixed<65, 65>>(right), product);
  const Words exact = {1 | std::uint64_t{1} << 50, 0,
                       std::uint64_t{1} << 10 | std::uint64_t{1} << 60};
  EXPECT_NE(product, exact);
  EXPECT_EQ(product[0], exact[0]);
  EXPECT_EQ(product[8], ~std::uint64_t{0});  // negative
}

// 4: a quotient with an operand of more than 64 bits may be wrong in its low words.
TEST(ApDefect, WideQuotientIsWrongInItsLowWords) {
  // (2^26 - 1) * 2^189 / (2^90 + 1)
  ap_ufixed<65, 65> dividend = 67108863;
  ap_fixed<200, 11> divisor = 0;
  divisor.V.set_bit(90, true);
  divisor.V.set_bit(0, true);
  Words quotient{};
  read_words(dividend / divisor, quotient);
  EXPECT_EQ(quotient[1], 0x1ffffff7ffffffffu);
  EXPECT_EQ(quotient[0], 0x00000007fffffdffu);  // right: 0xfffffff800000200
}

// 5: NaN and the infinities are taken by their exponent and mantissa, as numbers of 2^1024 and
// above.
TEST(ApDefect, NanAndInfinityAreHugeNumbers) {
  using Saturated = ap_fixed<4, 4, AP_TRN, AP_SAT>;
  EXPECT_EQ(Saturated(std::nan("")).to_double(), 7.0);
  EXPECT_EQ(Saturated(std::numeric_limits<double>::infinity()).to_double(), 7.0);
  EXPECT_EQ(Saturated(-std::numeric_limits<double>::infinity()).to_double(), -8.0);
  EXPECT_EQ((ap_fixed<4, 4>(std::numeric_limits<double>::infinity()).to_double()), 0.0);
}

// 6: a denormal double is read with the hidden bit of a normal one, one binade off.
TEST(ApDefect, DenormalsAreReadAsNormal) {
  ap_fixed<8, -1066> least(5e-324);
  EXPECT_EQ(static_cast<int>(least.V.to_int64()), 0);  // right: 1, that is 2^-1074
}

// A mode that ap_ufixed lacks, which validate() therefore refuses.
TEST(ApRefusal, UnsignedSignMagnitudeWrapEndsTheProgram) {
  const auto convert = [] {
    ap_ufixed<4, 4, AP_TRN, AP_WRAP_SM> target = ap_fixed<4, 4>(1);
    (void)target;
  };
  EXPECT_EXIT(convert(), testing::ExitedWithCode(1), "cannot support AP_WRAP_SM");
}

// No defect, but easily taken for one: the same type is copied, modes and all.
TEST(ApCopy, OfTheSameTypeKeepsTheLeastValueUnderSatSym) {
  using Symmetric = ap_fixed<4, 4, AP_TRN, AP_SAT_SYM>;
  Symmetric source;
  source.V = -8;
  Symmetric copy = source;
  EXPECT_EQ(copy.to_double(), -8.0);
  ap_fixed<4, 4> plain_source = -8;
  Symmetric converted = plain_source;
  EXPECT_EQ(converted.to_double(), -7.0);
}

}  // namespace
}  // namespace qfx::fixed::matrix
