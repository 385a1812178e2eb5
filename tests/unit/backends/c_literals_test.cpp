#include "backends/hls/c_literals.h"

#include <gtest/gtest.h>

namespace qfx::backends::hls {
namespace {

std::string one(std::int64_t value) {
  return initializer({{1}, {value}});
}

TEST(Literals, HoldWhatTheySay) {
  EXPECT_EQ(one(0), "{0x0}");
  EXPECT_EQ(one(255), "{0xff}");
  EXPECT_EQ(one(-1), "{-0x1}");
  EXPECT_EQ(one(2147483647), "{0x7fffffff}");
  EXPECT_EQ(one(-2147483647), "{-0x7fffffff}");
}

// In C++, -0xa0000000 is a positive number.
TEST(Literals, BeyondAnIntSayThatTheyAreWider) {
  EXPECT_EQ(one(0xa0000000), "{0xa0000000LL}");
  EXPECT_EQ(one(-0xa0000000LL), "{-0xa0000000LL}");
  EXPECT_EQ(one(-(std::int64_t{1} << 40)), "{-0x10000000000LL}");
}

TEST(Literals, TheMostNegativeNumbersHaveNone) {
  EXPECT_EQ(one(INT32_MIN), "{-0x7fffffff - 1}");
  EXPECT_EQ(one(INT64_MIN), "{-0x7fffffffffffffffLL - 1}");
}

TEST(Initializer, NestsAsTheShapeSays) {
  EXPECT_EQ(initializer({{2, 1, 2}, {1, 2, 3, 4}}), "{{{0x1, 0x2}},\n{{0x3, 0x4}}}");
  EXPECT_EQ(digit_initializer({{3}, {0, 5, -4}}, 2, false),
            "{{{0x00, 0x00}}, {{0x42, 0x40}}, {{0xc2, 0x00}}}");
  EXPECT_EQ(digit_initializer({{1}, {7}}, 2, true), "{{{0x43, 0xc0}}}");
}

TEST(Initializer, BreaksLongRows) {
  const std::vector<std::int64_t> ones(65, 1);
  const std::string text = initializer({{65}, ones});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x'), 65);
}

TEST(StringLiteral, HoldsAnyTextAndNothingElse) {
  EXPECT_EQ(string_literal("T-shirt/top"), "\"T-shirt/top\"");
  EXPECT_EQ(string_literal(R"("); system("x)"), R"("\042); system(\042x")");
  EXPECT_EQ(string_literal("a\\n?"
                           "?/"),
            R"("a\134n\077\077/")");
  EXPECT_EQ(string_literal("\xc3\xa4"
                           "7"),
            R"("\303\2447")");
  EXPECT_EQ(string_literal("\n*/"), R"("\012*/")");
}

TEST(CType, OfAFormatHasItsSign) {
  EXPECT_EQ(c_type(fixed::Format{.width = 8, .int_bits = 1, .is_signed = true}), "signed char");
  EXPECT_EQ(c_type(fixed::Format{.width = 8, .int_bits = 1, .is_signed = false}), "unsigned char");
  EXPECT_EQ(c_type(fixed::Format{.width = 9, .int_bits = 1, .is_signed = false}), "unsigned short");
  EXPECT_EQ(c_type(fixed::Format{.width = 31, .int_bits = 1, .is_signed = false}), "unsigned int");
  EXPECT_EQ(c_type(fixed::Format{.width = 32, .int_bits = 1, .is_signed = true}), "int");
}

TEST(CType, IsTheSmallestThatHoldsTheWidth) {
  EXPECT_EQ(c_type(8), "signed char");
  EXPECT_EQ(c_type(9), "short");
  EXPECT_EQ(c_type(17), "int");
  EXPECT_EQ(c_type(33), "int64_t");
}

}  // namespace
}  // namespace qfx::backends::hls
