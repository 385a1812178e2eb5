// Text from strangers inside a page.
#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>

#include "report/page_files.h"

#include "qfx/base/error.h"

namespace qfx::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<b a='1' c=\"2\">&amp;"),
            "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
}

TEST(ScriptJson, CannotEndItsScriptElement) {
  const std::string name = "</script><script>alert(1)</script><!-- \u2028 & \"quoted\" größe";
  const std::string text = script_json({{"name", name}, {name, 1}});
  for (const char* bad : {"<", ">", "&", "\u2028"}) EXPECT_THAT(text, Not(HasSubstr(bad)));
  EXPECT_EQ(nlohmann::json::parse(text)["name"], name) << "and still says the same";
}

TEST(ScriptJson, TakesWhatJsonCannotSay) {
  EXPECT_EQ(script_json({{"a", std::numeric_limits<double>::quiet_NaN()}}), R"({"a":null})");
  EXPECT_EQ(script_json(std::string("\xff")), R"("\ufffd")");
}

TEST(FillTemplate, ReplacesEveryNameOnce) {
  const auto content = [](std::string_view name) {
    return name == "a" ? std::string("{{b}}") : "[" + std::string(name) + "]";
  };
  EXPECT_EQ(fill_template("x {{a}} y {{b}}{{c}}", content), "x {{b}} y [b][c]");
  EXPECT_EQ(fill_template("", content), "");
  EXPECT_THROW(fill_template("{{a", content), InternalError);
}

TEST(PageFiles, AreEmbedded) {
  EXPECT_THAT(page_file("page.html"), HasSubstr("</html>"));
  EXPECT_THAT(page_file("chart.min.js").substr(0, 200), HasSubstr("Chart.js v3"));
  EXPECT_THROW(page_file("nothing.js"), InternalError);
}

}  // namespace
}  // namespace qfx::report
