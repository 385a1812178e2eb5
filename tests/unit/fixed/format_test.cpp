#include "qfx/fixed/format.h"

#include <gmock/gmock.h>

#include "qfx/base/error.h"

namespace qfx::fixed {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The message of the UserError that parsing `text` raises.
std::string complaint(const std::string& text) {
  try {
    parse_format(text);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

std::string complaint_of_rounding(const std::string& rounding) {
  try {
    parse_rounding(rounding);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Format, DefaultsAreThoseOfApFixed) {
  const Format format = parse_format("fixed<8,3>");
  EXPECT_EQ(format, (Format{.width = 8, .int_bits = 3}));
  EXPECT_EQ(format.rounding, Rounding::TRN);
  EXPECT_EQ(format.overflow, Overflow::WRAP);
  EXPECT_EQ(format.wrap_bits, 0);
  EXPECT_EQ(format.frac_bits(), 5);
}

TEST(Format, DefaultModesAreLeftOutFromTheRight) {
  Format format{.width = 8, .int_bits = 3};
  EXPECT_EQ(to_string(format), "fixed<8,3>");
  format.rounding = Rounding::RND;
  EXPECT_EQ(to_string(format), "fixed<8,3,RND>");
  format.overflow = Overflow::SAT;
  EXPECT_EQ(to_string(format), "fixed<8,3,RND,SAT>");
  format.rounding = Rounding::TRN;
  EXPECT_EQ(to_string(format), "fixed<8,3,TRN,SAT>");
  format.overflow = Overflow::WRAP;
  format.wrap_bits = 2;
  EXPECT_EQ(to_string(format), "fixed<8,3,TRN,WRAP,2>");
  format.is_signed = false;
  EXPECT_EQ(to_string(format), "ufixed<8,3,TRN,WRAP,2>");
}

TEST(Format, TextRoundTripsForEveryMode) {
  int formats = 0;
  for (int width : {1, 2, 7, 64, 1024}) {
    for (int int_bits : {-4096, -3, 0, 1, width, 4096}) {
      for (int rounding = 0; rounding < kRoundingCount; ++rounding) {
        for (int overflow = 0; overflow < kOverflowCount; ++overflow) {
          for (int wrap_bits : {0, 1, width}) {
            for (bool is_signed : {true, false}) {
              const Format format{width,
                                  int_bits,
                                  is_signed,
                                  static_cast<Rounding>(rounding),
                                  static_cast<Overflow>(overflow),
                                  wrap_bits};
              try {
                validate(format);
              } catch (const UserError&) {
                continue;
              }
              EXPECT_EQ(parse_format(to_string(format)), format) << to_string(format);
              ++formats;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(formats, 3000);
}

TEST(Format, VendorsSpellingsAreAccepted) {
  const Format rounded{8, 3, true, Rounding::RND, Overflow::SAT, 0};
  EXPECT_EQ(parse_format("ap_fixed<8,3,AP_RND,AP_SAT>"), rounded);
  EXPECT_EQ(parse_format(" ap_fixed < 8 , 3 , AP_RND, AP_SAT , 0 > "), rounded);
  EXPECT_EQ(parse_format("fixed<8,3,AC_RND,AC_SAT>"), rounded);
  EXPECT_EQ(parse_format("ap_ufixed<8,-3>"),
            (Format{.width = 8, .int_bits = -3, .is_signed = false}));
  EXPECT_EQ(parse_format("ap_int<5>"), (Format{.width = 5, .int_bits = 5}));
  EXPECT_EQ(parse_format("ap_uint<5>"), (Format{.width = 5, .int_bits = 5, .is_signed = false}));
}

TEST(Format, AcFixedSaysItsSignBeforeItsModes) {
  EXPECT_EQ(to_string(parse_format("ac_fixed<8,3,false,AC_RND,AC_SAT>")), "ufixed<8,3,RND,SAT>");
  EXPECT_EQ(to_string(parse_format("ac_fixed<8, 3, true, AC_TRN_ZERO, AC_SAT_SYM>")),
            "fixed<8,3,TRN_ZERO,SAT_SYM>");
  EXPECT_EQ(to_string(parse_format("ac_fixed<8,3,1>")), "fixed<8,3>");
  EXPECT_EQ(to_string(parse_format("ac_fixed<8,3>")), "fixed<8,3>");
  EXPECT_EQ(to_string(parse_format("ac_fixed<8,-3,false,AC_RND_CONV_ODD>")),
            "ufixed<8,-3,RND_CONV_ODD>");
  EXPECT_EQ(to_string(parse_format("ac_int<5,false>")), "ufixed<5,5>");
  EXPECT_EQ(to_string(parse_format("ac_int<5>")), "fixed<5,5>");
  EXPECT_EQ(to_string(parse_format("sc_ufixed<8,3,SC_RND,SC_SAT>")), "ufixed<8,3,RND,SAT>");
}

// What `text` is answered with, as what it proposes to write.
std::string proposal(const std::string& text) {
  const std::string said = complaint(text);
  const std::size_t at = said.find("; write ");
  return at == said.npos ? said : said.substr(at + 8);
}

TEST(Format, WhatIsMeantIsProposedAndIsAFormat) {
  EXPECT_EQ(proposal("ap_fixed<10,7,AP_SAT,AP_RND>"), "ap_fixed<10,7,AP_RND,AP_SAT>");
  EXPECT_EQ(proposal("fixed<10,7,SAT>"), "fixed<10,7,TRN,SAT>");
  EXPECT_EQ(proposal("ac_fixed<8,3,false,AC_SAT,AC_RND>"), "ac_fixed<8,3,false,AC_RND,AC_SAT>");
  EXPECT_EQ(proposal("ac_fixed<8,3,AC_RND,AC_SAT>"), "ac_fixed<8,3,true,AC_RND,AC_SAT>");
  EXPECT_EQ(proposal("ac_fixed<8,3,AC_SAT,AC_RND>"), "ac_fixed<8,3,true,AC_RND,AC_SAT>");
  EXPECT_EQ(proposal("ap_fixed<8,3,false,AP_RND,AP_SAT>"), "ap_ufixed<8,3,AP_RND,AP_SAT>");
  EXPECT_EQ(proposal("ufixed<8,3,false,SAT,RND>"), "ufixed<8,3,RND,SAT>");
  EXPECT_EQ(proposal("ap_ufixed<8,3,true>"), "ap_fixed<8,3>");
  for (const char* text :
       {"ap_fixed<10,7,AP_SAT,AP_RND>", "fixed<10,7,SAT>", "ac_fixed<8,3,false,AC_SAT,AC_RND>",
        "ac_fixed<8,3,AC_SAT,AC_RND>", "ap_fixed<8,3,false,AP_RND,AP_SAT>"})
    EXPECT_EQ(complaint(proposal(text)), "no error") << text;
  // Nothing is proposed where that would be wrong too.
  EXPECT_THAT(complaint("ap_fixed<0,7,AP_SAT,AP_RND>"), testing::Not(HasSubstr("write ap_")));
  EXPECT_THAT(complaint("ac_fixed<8,3,true,AC_TRN,AC_WRAP_SM>"),
              AllOf(HasSubstr("has no WRAP_SM"), HasSubstr("AC_SAT_SYM")));
  EXPECT_THAT(complaint("ac_fixed<8,3,true,AC_TRN,AC_WRAP,1>"), HasSubstr("6 parameters"));
}

TEST(Format, ErrorsSayWhatWasGivenAndWhatIsAllowed) {
  EXPECT_THAT(complaint("fixed<8,3,RMD>"),
              AllOf(HasSubstr("'RMD'"),
                    HasSubstr("RND, RND_ZERO, RND_MIN_INF, RND_INF, RND_CONV, "
                              "TRN, TRN_ZERO, RND_CONV_ODD"),
                    HasSubstr("the nearest is RND")));
  EXPECT_THAT(complaint("fixed<8,3,RND,SAT_ZER0>"),
              AllOf(HasSubstr("'SAT_ZER0'"), HasSubstr("SAT, SAT_ZERO, SAT_SYM, WRAP, WRAP_SM"),
                    HasSubstr("the nearest is SAT_ZERO")));
  EXPECT_THAT(complaint("fixed<8,3,AP_TRN_ZER>"), HasSubstr("the nearest is TRN_ZERO"));
  EXPECT_THAT(complaint("fixed<8,3,floor>"), HasSubstr("the nearest is TRN"));
  EXPECT_THAT(complaint("fixed<8,3,RND,saturate>"), HasSubstr("the nearest is SAT"));
  EXPECT_THAT(complaint_of_rounding("SAT"),
              HasSubstr("'SAT' is a mode of overflow, not of rounding"));
  EXPECT_THAT(complaint("fxed<8,3>"), AllOf(HasSubstr("'fxed'"), HasSubstr("nearest is fixed")));
  EXPECT_THAT(complaint("fixed<0,3>"), AllOf(HasSubstr("W = 0"), HasSubstr("1 to 1024")));
  EXPECT_THAT(complaint("fixed<1025,3>"), AllOf(HasSubstr("W = 1025"), HasSubstr("1 to 1024")));
  EXPECT_THAT(complaint("fixed<8,5000>"), AllOf(HasSubstr("I = 5000"), HasSubstr("-4096 to 4096")));
  EXPECT_THAT(complaint("fixed<8,3,TRN,WRAP,9>"), AllOf(HasSubstr("N = 9"), HasSubstr("0 to 8")));
  EXPECT_THAT(complaint("fixed<8,3,TRN,WRAP,-1>"), HasSubstr("N = -1"));
  EXPECT_THAT(complaint("fixed<8,3,TRN,SAT,1>"),
              AllOf(HasSubstr("N = 1"), HasSubstr("SAT"), HasSubstr("leave N out")));
  EXPECT_THAT(complaint("ufixed<8,3,TRN,WRAP_SM>"),
              AllOf(HasSubstr("WRAP_SM"), HasSubstr("unsigned"), HasSubstr("signed format")));
  EXPECT_THAT(complaint("fixed<8>"), AllOf(HasSubstr("1 parameters"), HasSubstr("2 to 5")));
  EXPECT_THAT(complaint("ap_int<8,8>"), HasSubstr("takes one, the width"));
  EXPECT_THAT(complaint("fixed<8,3,RND,SAT,0,0>"), HasSubstr("6 parameters"));
  EXPECT_THAT(complaint("fixed<8,x>"), AllOf(HasSubstr("'x'"), HasSubstr("integer bits I")));
  EXPECT_THAT(complaint("fixed<8.5,3>"), AllOf(HasSubstr("'8.5'"), HasSubstr("width W")));
  EXPECT_THAT(complaint("fixed<,3>"), HasSubstr("''"));
  EXPECT_THAT(complaint("fixed<1 6,3>"), HasSubstr("'1 6' as width W"));
  EXPECT_THAT(complaint("f i x e d<8,3>"), HasSubstr("'f i x e d'"));
  EXPECT_THAT(complaint("fixed<8,3,TRN SAT>"), HasSubstr("'TRN SAT'"));
  EXPECT_THAT(complaint("fixed<99999999999,3>"), HasSubstr("99999999999"));
  for (const char* text :
       {"", "fixed", "fixed<8,3", "8,3>", ">", "<", "fixed<8,3>>", "fixed<<8,3>"})
    EXPECT_NE(complaint(text), "no error") << text;
}

TEST(Format, RawRange) {
  EXPECT_EQ(min_raw(parse_format("fixed<8,3>")), -128);
  EXPECT_EQ(max_raw(parse_format("fixed<8,3>")), 127);
  EXPECT_EQ(min_raw(parse_format("fixed<8,3,TRN,SAT_SYM>")), -128);
  EXPECT_EQ(min_raw(parse_format("ufixed<8,3>")), 0);
  EXPECT_EQ(max_raw(parse_format("ufixed<8,3>")), 255);
  EXPECT_EQ(min_raw(parse_format("fixed<1,1>")), -1);
  EXPECT_EQ(max_raw(parse_format("fixed<1,1>")), 0);
  EXPECT_EQ(min_raw(parse_format("fixed<64,1>")), INT64_MIN);
  EXPECT_EQ(max_raw(parse_format("fixed<64,1>")), INT64_MAX);
  EXPECT_EQ(max_raw(parse_format("ufixed<63,1>")), INT64_MAX);
  EXPECT_THROW(max_raw(parse_format("ufixed<64,1>")), InternalError);
}

}  // namespace
}  // namespace qfx::fixed
