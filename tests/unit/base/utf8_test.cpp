#include "qfx/base/utf8.h"

#include <gtest/gtest.h>
#include <string>

namespace qfx {
namespace {

TEST(Utf8, CodePointsAreTakenOneByOne) {
  std::string_view text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x88";
  EXPECT_EQ(take_code_point(text), U'a');
  EXPECT_EQ(take_code_point(text), char32_t{0xe4});
  EXPECT_EQ(take_code_point(text), char32_t{0x20ac});
  EXPECT_EQ(take_code_point(text), char32_t{0x1f408});
  EXPECT_TRUE(text.empty());
}

TEST(Utf8, WhatIsNotUtf8IsNotTaken) {
  for (const std::string wrong :
       {"\x80", "\xc3", "\xc3(", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xff", "\xe2\x82"}) {
    std::string_view text = wrong;
    EXPECT_EQ(take_code_point(text), std::nullopt);
    EXPECT_EQ(text.size(), wrong.size());
    EXPECT_FALSE(is_printable_text(wrong));
  }
}

TEST(Utf8, PrintableTextHasNoControls) {
  EXPECT_TRUE(is_printable_text(""));
  EXPECT_TRUE(is_printable_text("T-shirt \"top\" \\ ?"));
  EXPECT_TRUE(is_printable_text("\xe9\x9d\xb4"));
  EXPECT_FALSE(is_printable_text("a\nb"));
  EXPECT_FALSE(is_printable_text(std::string("a\0b", 3)));
  EXPECT_FALSE(is_printable_text("\x7f"));
  EXPECT_FALSE(is_printable_text("\x1b[31m"));
  EXPECT_FALSE(is_printable_text("\xc2\x9b"));      // CSI in one code point
  EXPECT_FALSE(is_printable_text("\xe2\x80\xa8"));  // line separator
  EXPECT_FALSE(
      is_printable_text("a\xe2\x80\xae"
                        "b"));  // right-to-left override
}

}  // namespace
}  // namespace qfx
