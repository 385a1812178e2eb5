#include "qfx/base/table.h"

#include <gtest/gtest.h>

namespace qfx {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("conv1"), 5);
  EXPECT_EQ(display_width("größe"), 5);
  EXPECT_EQ(display_width("e\u0301"), 1) << "a combining accent";
  EXPECT_EQ(display_width("卷积"), 4);
  EXPECT_EQ(display_width("─→"), 2);
  EXPECT_EQ(display_width("🙂"), 2);
}

TEST(DisplayWidth, BrokenUtf8CountsBytes) {
  EXPECT_EQ(display_width("\xff\xfe"), 2);
  EXPECT_EQ(display_width("\xe5\x8d"), 2) << "a cut character";
  EXPECT_EQ(display_width("\xc3("), 2);
}

TEST(Table, AlignsColumns) {
  Table table({Align::Left, Align::Right, Align::Left});
  table.add_row({"layer", "bits", "format"});
  table.add_rule();
  table.add_row({"größe", "8", "fixed<8,3>"});
  table.add_row({"a", "卷积16"});
  EXPECT_EQ(table.to_string(),
            "layer    bits  format\n"
            "─────────────────────────\n"
            "größe       8  fixed<8,3>\n"
            "a      卷积16\n");
}

TEST(Table, UnderAHeadingColumnsOfNumbersStandRightOthersLeft) {
  Table table = Table::headed({"layer", "bits", "range"});
  EXPECT_EQ(table.to_string(), "layer  bits  range\n");
  table.add_row({"conv1", "17", "0 .. 1"});
  table.add_row({"a", "1,024", "-4 .. 3.5"});
  table.add_row({"flatten", "-"});
  EXPECT_EQ(table.to_string(),
            "layer     bits  range\n"
            "conv1       17  0 .. 1\n"
            "a        1,024  -4 .. 3.5\n"
            "flatten      -\n");
}

}  // namespace
}  // namespace qfx
