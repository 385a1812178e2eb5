#include <gmock/gmock.h>
#include <set>
#include <string>
#include <vector>

#include "backends/names/identifiers.h"

namespace qfx::backends::names {
namespace {

using testing::ElementsAre;

std::vector<std::string> legal_names(const std::vector<std::string>& names) {
  Identifiers identifiers(" hls ap_int ");
  std::vector<std::string> result;
  for (const std::string& name : names) result.push_back(identifiers.unique(name));
  return result;
}

TEST(LegalNames, LeavesGoodNamesAlone) {
  EXPECT_THAT(legal_names({"conv1", "layer2_0_bn", "x"}), ElementsAre("conv1", "layer2_0_bn", "x"));
}

TEST(LegalNames, ReplacesWhatNoIdentifierHolds) {
  EXPECT_THAT(
      legal_names({"layer1.0.conv", "a__b", "_x_", "1st", "conv1; system(\"x\")", "*/", ""}),
      ElementsAre("layer1_0_conv", "a_b", "x", "n1st", "conv1_system_x", "node", "node_n1"));
}

TEST(LegalNames, AvoidsKeywordsAndMacros) {
  for (const std::string name : {"int", "for", "and", "co_await", "qfx", "hls", "std", "linux",
                                 "errno", "NULL", "AP_RND", "N", "assert", "main"}) {
    const std::string legal = legal_names({name})[0];
    EXPECT_EQ(legal, name + "_n1");
  }
}

TEST(LegalNames, MakesThemDistinctWithoutRegardToCase) {
  EXPECT_THAT(legal_names({"a.b", "a_b", "A_b", "a b", "a_b_n1"}),
              ElementsAre("a_b", "a_b_n1", "A_b_n2", "a_b_n3", "a_b_n1_n1"));
}

TEST(LegalNames, AreDeterministicAndShort) {
  const std::vector<std::string> names(50, std::string(500, 'x'));
  const std::vector<std::string> legal = legal_names(names);
  EXPECT_EQ(legal, legal_names(names));
  EXPECT_EQ(std::set<std::string>(legal.begin(), legal.end()).size(), names.size());
  for (const std::string& name : legal) EXPECT_LE(name.size(), kMaxIdentifierLength + 4);
}

TEST(CommentText, CannotLeaveItsLine) {
  EXPECT_EQ(comment_text("conv 1 */ // \\\n#x ?"
                         "?/ `rm`"),
            "conv 1 __ __ ___x ___ _rm_");
}

TEST(IsIdentifier, AcceptsOnlyWhatIsHandedOut) {
  EXPECT_TRUE(is_identifier("lenet_5"));
  for (const char* name : {"", "a b", "1a", "a__b", "int", "TOP", "a;", "_a"})
    EXPECT_FALSE(is_identifier(name)) << name;
}

TEST(ReservedWords, AreWholeAndOfAnyCase) {
  EXPECT_TRUE(contains(cpp_keywords(), "alignas"));
  EXPECT_TRUE(contains(cpp_keywords(), "Xor_Eq"));
  EXPECT_FALSE(contains(cpp_keywords(), "align"));
  EXPECT_FALSE(contains(cpp_keywords(), "signal"));
  EXPECT_TRUE(is_hdl_keyword("Signal"));
  EXPECT_TRUE(is_hdl_keyword("wor"));
}

// A word of one vendor's headers is a name like any other for another vendor.
TEST(ReservedWords, OfAVendorAreReservedForIt) {
  EXPECT_FALSE(is_identifier("ap_int", " hls ap_int "));
  EXPECT_TRUE(is_identifier("ap_int", " ac_int "));
}

}  // namespace
}  // namespace qfx::backends::names
