// The tables of docs/number_system.md, and what conversions do at the edges of machine integers.
#include <array>
#include <gtest/gtest.h>

#include "qfx/base/error.h"
#include "qfx/fixed/value.h"

namespace qfx::fixed {
namespace {

TEST(Convert, TieTable) {
  struct Row {
    std::int64_t halves;
    // RND, RND_ZERO, RND_MIN_INF, RND_INF, RND_CONV, TRN, TRN_ZERO, RND_CONV_ODD
    std::array<std::int64_t, kRoundingCount> rounded;
  };
  constexpr std::array rows = {
      Row{-5, {-2, -2, -3, -3, -2, -3, -2, -3}}, Row{-3, {-1, -1, -2, -2, -2, -2, -1, -1}},
      Row{-1, {0, 0, -1, -1, 0, -1, 0, -1}},     Row{1, {1, 0, 0, 1, 0, 0, 0, 1}},
      Row{3, {2, 1, 1, 2, 2, 1, 1, 1}},          Row{5, {3, 2, 2, 3, 2, 2, 2, 3}}};
  for (const Row& row : rows) {
    for (int i = 0; i < kRoundingCount; ++i) {
      const Format to{.width = 8, .int_bits = 8, .rounding = static_cast<Rounding>(i)};
      EXPECT_EQ(cast_raw(row.halves, 1, to), row.rounded[i]) << row.halves << to_string(to);
    }
  }
}

TEST(Convert, OverflowTable) {
  struct Row {
    std::int64_t value;
    // SAT, SAT_ZERO, SAT_SYM, WRAP 0, WRAP 1, WRAP 3, WRAP_SM 0, WRAP_SM 1, WRAP_SM 3
    std::array<std::int64_t, 9> result;
  };
  constexpr std::array rows = {
      Row{-20, {-8, 0, -7, -4, -4, -8, 3, -4, -8}}, Row{-16, {-8, 0, -7, 0, -8, -8, -1, -1, -8}},
      Row{-12, {-8, 0, -7, 4, -4, -8, -5, -5, -8}}, Row{-8, {-8, -8, -7, -8, -8, -8, -8, -8, -8}},
      Row{7, {7, 7, 7, 7, 7, 7, 7, 7, 7}},          Row{8, {7, 0, 7, -8, 0, 6, 7, 7, 7}},
      Row{12, {7, 0, 7, -4, 4, 6, 3, 3, 7}},        Row{16, {7, 0, 7, 0, 0, 6, -1, 0, 7}},
      Row{20, {7, 0, 7, 4, 4, 6, -5, 4, 7}}};
  constexpr std::array modes = {"SAT",    "SAT_ZERO", "SAT_SYM",   "WRAP,0",   "WRAP,1",
                                "WRAP,3", "WRAP_SM",  "WRAP_SM,1", "WRAP_SM,3"};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < modes.size(); ++i) {
      const Format to = parse_format(std::string("fixed<4,4,TRN,") + modes[i] + ">");
      EXPECT_EQ(cast_raw(row.value, 0, to), row.result[i]) << row.value << " " << to_string(to);
    }
  }
}

TEST(Convert, UnsignedOverflow) {
  const auto cast = [](std::int64_t value, const char* format) {
    return cast_raw(value, 0, parse_format(format));
  };
  EXPECT_EQ(cast(-3, "ufixed<4,4,TRN,SAT>"), 0);
  EXPECT_EQ(cast(17, "ufixed<4,4,TRN,SAT>"), 15);
  EXPECT_EQ(cast(17, "ufixed<4,4,TRN,SAT_SYM>"), 15);
  EXPECT_EQ(cast(17, "ufixed<4,4,TRN,SAT_ZERO>"), 0);
  EXPECT_EQ(cast(-3, "ufixed<4,4>"), 13);
  EXPECT_EQ(cast(17, "ufixed<4,4,TRN,WRAP,1>"), 9);
  EXPECT_EQ(cast(17, "ufixed<4,4,TRN,WRAP,3>"), 15);
  EXPECT_EQ(cast(-3, "ufixed<4,4,TRN,WRAP,1>"), 13);
}

TEST(Convert, ACarryOutOfTheRoundingOverflows) {
  EXPECT_EQ(cast_raw(15, 1, parse_format("fixed<4,4,RND,SAT>")), 7);
  EXPECT_EQ(cast_raw(15, 1, parse_format("fixed<4,4,RND,WRAP>")), -8);
  EXPECT_EQ(cast_raw(15, 1, parse_format("fixed<4,4,RND,SAT_ZERO>")), 0);
}

TEST(Convert, LowestDeletedBitIsTheSourcesOwn) {
  // 7.5 rounds to 8: the source bit of weight 16 is 0, as is the rounded one; 15.5 rounds to 16
  // whose bit of weight 16 is 1 while the source's is 0.
  const Format to = parse_format("fixed<4,4,RND,WRAP_SM>");
  EXPECT_EQ(cast_raw(15, 1, to), 7);
  EXPECT_EQ(cast_raw(31, 1, to), 0);
  EXPECT_EQ(overflow_raw(BigInt(16), to, BigInt(16), 0), -1);
}

TEST(Convert, OneBitHasNoSymmetricRange) {
  const Format to = parse_format("fixed<1,1,TRN,SAT_SYM>");
  EXPECT_EQ(cast_raw(-1, 0, to), -1);
  EXPECT_EQ(cast_raw(-5, 0, to), -1);
  EXPECT_EQ(cast_raw(5, 0, to), 0);
}

TEST(Convert, TheSameTypeIsACopy) {
  const Format symmetric = parse_format("fixed<4,4,TRN,SAT_SYM>");
  const Fixed least = Fixed::from_raw(-8, symmetric);
  EXPECT_EQ(least.cast(symmetric).raw(), -8);
  EXPECT_EQ(least.cast(parse_format("fixed<4,4,RND,SAT_SYM>")).raw(), -7);
}

// Everything cast_raw accepts, shifts beyond every machine integer included.
TEST(CastRaw, EqualsTheExactScalarAtTheEdges) {
  std::int64_t cases = 0;
  const std::array<std::int64_t, 11> raws = {
      0, 1, -1, 2, -2, 3, INT64_MAX, INT64_MIN, 1LL << 62, -1LL << 62, INT64_MIN + 1};
  for (int width : {1, 2, 8, 31, 32, 62, 63, 64}) {
    for (bool is_signed : {true, false}) {
      if (width == 64 && !is_signed) continue;
      for (int shift : {-300, -129, -128, -127, -65, -64, -63, -62, -32, -1,  0,   1,   2,
                        31,   61,   62,   63,   64,  65,  66,  67,  126, 127, 128, 129, 300}) {
        for (int rounding = 0; rounding < kRoundingCount; ++rounding) {
          for (int overflow = 0; overflow < kOverflowCount; ++overflow) {
            for (int wrap_bits : {0, 1, width}) {
              const Format to{width,
                              3,
                              is_signed,
                              static_cast<Rounding>(rounding),
                              static_cast<Overflow>(overflow),
                              wrap_bits};
              const bool wraps = to.overflow == Overflow::WRAP || to.overflow == Overflow::WRAP_SM;
              if ((wrap_bits > 0 && !wraps) || (to.overflow == Overflow::WRAP_SM && !is_signed))
                continue;
              for (std::int64_t raw : raws) {
                const int from_frac = to.frac_bits() + shift;
                ASSERT_EQ(cast_raw(raw, from_frac, to), convert_raw(BigInt(raw), from_frac, to))
                    << raw << " shifted by " << shift << " into " << to_string(to);
                ++cases;
              }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(cases, 100000);
}

TEST(CastQuotient, RoundsTheExactQuotientOnce) {
  const Format to = parse_format("fixed<8,8,RND_CONV,SAT>");
  EXPECT_EQ(cast_quotient(7, 0, 2, to), 4);    // 3.5
  EXPECT_EQ(cast_quotient(5, 0, 2, to), 2);    // 2.5
  EXPECT_EQ(cast_quotient(-5, 0, 2, to), -2);  // -2.5
  EXPECT_EQ(cast_quotient(10, 0, 3, to), 3);
  EXPECT_EQ(cast_quotient(11, 0, 3, to), 4);
  EXPECT_EQ(cast_quotient(-1, 0, 3, parse_format("fixed<8,8,TRN>")), -1);
  EXPECT_EQ(cast_quotient(-1, 0, 3, parse_format("fixed<8,8,TRN_ZERO>")), 0);
  // 1/3 * 2^-1 is below a half, whatever a first rounding to 1/2 would say.
  EXPECT_EQ(cast_quotient(1, 1, 3, parse_format("fixed<8,8,RND>")), 0);
  EXPECT_EQ(cast_quotient(1000, 0, 1, to), 127);
  EXPECT_THROW(cast_quotient(1, 0, 0, to), InternalError);
}

}  // namespace
}  // namespace qfx::fixed
