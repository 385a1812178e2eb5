#include "qfx/fixed/value.h"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "qfx/base/error.h"

namespace qfx::fixed {
namespace {

Format format(const char* text) {
  return parse_format(text);
}

TEST(ResultTypes, AreThoseOfTheVendors) {
  const Format a = format("fixed<8,3>");
  const Format b = format("fixed<6,4>");
  const Format u = format("ufixed<6,4>");
  EXPECT_EQ(multiply_format(a, b), format("fixed<14,7>"));
  EXPECT_EQ(multiply_format(u, u), format("ufixed<12,8>"));
  EXPECT_EQ(add_format(a, b), format("fixed<10,5>"));
  EXPECT_EQ(add_format(a, u), format("fixed<11,6>"));
  EXPECT_EQ(add_format(u, u), format("ufixed<7,5>"));
  EXPECT_EQ(subtract_format(a, b), format("fixed<10,5>"));
  EXPECT_EQ(subtract_format(u, u), format("fixed<7,5>"));
  EXPECT_EQ(divide_format(a, b), format("fixed<11,6>"));
  EXPECT_EQ(divide_format(u, u), format("ufixed<8,6>"));
  EXPECT_EQ(divide_format(a, format("ufixed<4,6>")), format("fixed<8,1>"));
  EXPECT_EQ(negate_format(u), format("fixed<7,5>"));
  // Modes act only on assignment.
  EXPECT_EQ(add_format(format("fixed<8,3,RND,SAT>"), b), format("fixed<10,5>"));
}

TEST(Fixed, OperatorsAreExact) {
  const Fixed a = Fixed::from_double(-3.625, format("fixed<8,3>"));
  const Fixed b = Fixed::from_double(1.25, format("ufixed<6,4>"));
  EXPECT_EQ((a + b).to_string(), "-2.375");
  EXPECT_EQ((a - b).to_string(), "-4.875");
  EXPECT_EQ((a * b).to_string(), "-4.53125");
  EXPECT_EQ((a / b).to_string(), "-2.875");  // -2.9 in steps of 2^-5, toward zero
  EXPECT_EQ((-a).to_string(), "3.625");
  EXPECT_EQ((a << 1).to_string(), "0.75");  // the top bit drops
  EXPECT_EQ((a >> 1).to_string(), "-1.8125");
  EXPECT_EQ((a >> 3).to_string(), "-0.46875");  // the low bits drop
  EXPECT_EQ(a << -1, a >> 1);
  EXPECT_EQ(a >> -1, a << 1);
  EXPECT_EQ((a >> 100).to_string(), "-0.03125");
  EXPECT_EQ((a << 100).to_string(), "0");
  EXPECT_THROW(a / Fixed::from_raw(0, format("fixed<4,4>")), UserError);
}

TEST(Fixed, ComparesByValue) {
  const Fixed half = Fixed::from_raw(1, format("fixed<4,3>"));
  const Fixed also_half = Fixed::from_raw(8, format("ufixed<9,5>"));
  const Fixed minus = Fixed::from_raw(-1, format("fixed<4,4>"));
  EXPECT_EQ(half, also_half);
  EXPECT_LT(minus, half);
  EXPECT_GT(also_half, minus);
}

TEST(Fixed, RawMustFit) {
  EXPECT_NO_THROW(Fixed::from_raw(-128, format("fixed<8,3>")));
  EXPECT_THROW(Fixed::from_raw(128, format("fixed<8,3>")), UserError);
  EXPECT_THROW(Fixed::from_raw(-129, format("fixed<8,3>")), UserError);
  EXPECT_THROW(Fixed::from_raw(-1, format("ufixed<8,3>")), UserError);
  EXPECT_THROW(Fixed::from_raw(256, format("ufixed<8,3>")), UserError);
  const BigInt top = BigInt(1) << 1023;
  EXPECT_NO_THROW(Fixed::from_raw(-top, format("fixed<1024,3>")));
  EXPECT_THROW(Fixed::from_raw(top, format("fixed<1024,3>")), UserError);
  EXPECT_THROW(Fixed::from_raw(0, Format{.width = 0}), UserError);
  try {
    Fixed::from_raw(300, format("fixed<8,3,RND,SAT>"));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("300"),
                                             testing::HasSubstr("fixed<8,3,RND,SAT>")));
  }
}

TEST(Fixed, ResultsMayBeWiderThanAnyFormat) {
  const Fixed least = Fixed::from_raw(-(BigInt(1) << 1023), format("fixed<1024,1>"));
  EXPECT_EQ((least * least).to_string(), "1");
  EXPECT_EQ((least * least).format(), (Format{.width = 2048, .int_bits = 2}));
  EXPECT_EQ((least * least).cast(format("fixed<8,3>")).raw(), 32);
}

TEST(Fixed, DecimalTextIsExact) {
  EXPECT_EQ(Fixed::from_raw(0, format("fixed<8,3>")).to_string(), "0");
  EXPECT_EQ(Fixed::from_raw(-1, format("fixed<8,3>")).to_string(), "-0.03125");
  EXPECT_EQ(Fixed::from_raw(64, format("fixed<8,3>")).to_string(), "2");
  EXPECT_EQ(Fixed::from_raw(3, format("fixed<4,8>")).to_string(), "48");
  EXPECT_EQ(Fixed::from_raw(1, format("fixed<4,-6>")).to_string(), "0.0009765625");
  EXPECT_EQ(Fixed::from_raw(BigInt(1) << 100, format("fixed<200,200>")).to_string(),
            "1267650600228229401496703205376");
}

TEST(Doubles, GoThroughTheFormatsModes) {
  EXPECT_EQ(raw_from_double(1.5, format("fixed<4,4,RND_CONV>")), 2);
  EXPECT_EQ(raw_from_double(2.5, format("fixed<4,4,RND_CONV>")), 2);
  EXPECT_EQ(raw_from_double(-0.3, format("fixed<4,4>")), -1);
  EXPECT_EQ(raw_from_double(1e300, format("fixed<4,4,TRN,SAT>")), 7);
  EXPECT_EQ(raw_from_double(-1e300, format("fixed<4,4,TRN,SAT>")), -8);
  EXPECT_EQ(raw_from_double(1e300, format("fixed<4,4>")), 0);
  EXPECT_EQ(raw_from_double(-1e-300, format("fixed<4,4>")), -1);
  EXPECT_EQ(raw_from_double(-5e-324, format("fixed<4,4>")), -1);
  EXPECT_EQ(raw_from_double(5e-324, format("fixed<8,-1066>")), 1);
  EXPECT_EQ(raw_from_double(-0.0, format("fixed<4,4,TRN,SAT_SYM>")), 0);
  EXPECT_EQ(Fixed::from_double(0.1, format("fixed<80,3>")).to_string(),
            "0.1000000000000000055511151231257827021181583404541015625");
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THROW(raw_from_double(value, format("fixed<4,4>")), UserError);
    EXPECT_THROW(Fixed::from_double(value, format("fixed<4,4>")), UserError);
  }
}

TEST(Doubles, BackIsTheNearestDouble) {
  EXPECT_EQ(to_double(-116, 5), -3.625);
  EXPECT_EQ(to_double(3, -4), 48.0);
  EXPECT_EQ(to_double(INT64_MAX, 0), 0x1p63);
  EXPECT_EQ(to_double((1LL << 53) + 1, 0), 0x1p53);  // a tie, to even
  EXPECT_EQ(to_double((1LL << 53) + 3, 0), 0x1p53 + 4);
  // Below the normal range a double has fewer bits, and the value is still rounded once.
  EXPECT_EQ(to_double(1, 1074), 0x1p-1074);
  EXPECT_EQ(to_double(1, 1075), 0.0);
  EXPECT_EQ(to_double(3, 1075), 0x1p-1073);
  EXPECT_EQ(to_double((1LL << 60) + 1, 1074 + 61), 0x1p-1074);
  EXPECT_EQ(to_double(1LL << 60, 1074 + 61), 0.0);
  EXPECT_EQ(to_double(1, 5000), 0.0);
  EXPECT_EQ(to_double(1, -5000), HUGE_VAL);
  const BigInt wide = (BigInt(1) << 200) + 1;
  EXPECT_EQ(Fixed::from_raw(wide, format("fixed<300,300>")).to_double(), 0x1p200);
  EXPECT_EQ(Fixed::from_raw(-wide, format("fixed<300,100>")).to_double(), -1.0);
}

TEST(Shifts, NoCountIsTooFar) {
  constexpr int kMost = std::numeric_limits<int>::max(), kLeast = std::numeric_limits<int>::min();
  const Fixed value = Fixed::from_raw(-3, format("fixed<8,4>"));
  EXPECT_EQ((value << kMost).raw(), 0);
  EXPECT_EQ((value >> kMost).raw(), -1);
  EXPECT_EQ((value << kLeast).raw(), -1);
  EXPECT_EQ((value >> kLeast).raw(), 0);
}

// Boost's cpp_int, which carries the exact scalar, has to be walked around where it is wrong.
TEST(BoostDefect, ShiftingANegativeNumberDownMayLoseItsSign) {
  const BigInt value = -((BigInt(1) << 64) + 1);
  if (BOOST_VERSION == 107400) {
    EXPECT_EQ(BigInt(value >> 15), (BigInt(1) << 49) - 1);
  }
  EXPECT_EQ(detail::shift_down(value, 15), -((BigInt(1) << 49) + 1));
  EXPECT_EQ(detail::shift_down(BigInt(-1), 1), -1);
  EXPECT_EQ(detail::shift_down(BigInt(-5), 1), -3);
  EXPECT_EQ(detail::shift_down(BigInt(-4), 1), -2);
}

}  // namespace
}  // namespace qfx::fixed
