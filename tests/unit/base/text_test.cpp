#include "qfx/base/text.h"

#include <gtest/gtest.h>

namespace qfx {
namespace {

TEST(Text, NearestByEditDistance) {
  EXPECT_EQ(nearest("widht", {"width", "int_bits", "rounding"}), "width");
  EXPECT_EQ(nearest("RND_CON", {"RND", "RND_CONV", "TRN"}), "RND_CONV");
  EXPECT_EQ(nearest("freeze", {"form", "learning_rate", "freeze_after"}), "freeze_after");
  EXPECT_EQ(nearest("x", {}), "");
}

struct GlobCase {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Text, AWordIsNearestByMeaningBeforeItsLetters) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"dense", "linear"}, {"size", "height"}, {"size", "width"}};
  const std::vector<std::string> kinds{"linear", "tense", "conv2d", "max_pool2d"};
  EXPECT_EQ(nearest("dense", kinds, kWords), "linear");
  EXPECT_EQ(nearest("Dense", kinds, kWords), "linear");
  EXPECT_EQ(nearest("tensee", kinds, kWords), "tense");
  EXPECT_EQ(nearest("MaxPool2d", kinds, kWords), "max_pool2d");
  EXPECT_EQ(meant("size", {"width", "depth"}, kWords), "width");  // the meaning that is allowed
  EXPECT_EQ(meant("size", {"depth"}, kWords), "");
  EXPECT_EQ(meant("max-pool 2d", kinds, kWords), "max_pool2d");
  EXPECT_EQ(meant("convd", kinds, kWords), "");
}

class Glob : public ::testing::TestWithParam<GlobCase> {};

TEST_P(Glob, Matches) {
  EXPECT_EQ(matches_glob(GetParam().pattern, GetParam().text), GetParam().matches)
      << GetParam().pattern << " on " << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Text, Glob,
    ::testing::Values(GlobCase{"*", "", true}, GlobCase{"", "", true}, GlobCase{"", "a", false},
                      GlobCase{"conv*", "conv1", true},
                      GlobCase{"conv*.weight", "conv1.weight", true},
                      GlobCase{"conv*.weight", "conv1.bias", false},
                      GlobCase{"conv?.*", "conv12.w", false},
                      GlobCase{"*.scale", "a.b.scale", true}, GlobCase{"[ab]n[0-3]", "bn2", true},
                      GlobCase{"[ab]n[0-3]", "cn2", false}, GlobCase{"[!ab]n", "cn", true},
                      GlobCase{"[a", "[a", true}, GlobCase{"a*b*c", "aXbXbXc", true},
                      GlobCase{"a*b*c", "aXbXbXd", false}));

TEST(Text, GlobIsNotExponential) {
  const std::string stars(200, '*');
  EXPECT_FALSE(matches_glob("a" + stars + "b", std::string(5000, 'a')));
}

TEST(Text, InQuotesIsOnePrintableLine) {
  EXPECT_EQ(in_quotes("conv1"), "'conv1'");
  EXPECT_EQ(in_quotes("a\nb\x01\xff"), "'a\\x0ab\\x01\\xff'");
  EXPECT_EQ(in_quotes(std::string(81, 'x')), "'" + std::string(80, 'x') + "...'");
}

TEST(Text, Durations) {
  EXPECT_EQ(format_duration(3.21), "3.2 s");
  EXPECT_EQ(format_duration(59.99), "1 min 00 s");
  EXPECT_EQ(format_duration(250), "4 min 10 s");
  EXPECT_EQ(format_duration(3725), "1 h 02 min");
  EXPECT_EQ(format_duration(-1), "-");
}

}  // namespace
}  // namespace qfx
