// What `qfx report` adds to the page by running the model: measures and the worst samples.
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <string>

#include "support/command.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::FrozenRun;
using test::qfx_command;
using ::testing::HasSubstr;
using ::testing::Not;

// What the page draws.
json page_data(const std::string& page) {
  const std::string html = read_file(page);
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = html.find(open) + open.size();
  return json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

class ReportCommand : public ::testing::Test {
 protected:
  json report(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"report", run_.run};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = qfx_command(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    output_ = result.output;
    return page_data(run_.run + "/report.html");
  }

  FrozenRun run_;
  std::string output_;
};

TEST_F(ReportCommand, ShowsTheWorstSamplesWithTheirPictures) {
  const json page = report();
  const json& samples = page["samples"];
  EXPECT_EQ(samples["picture"], json({{"channels", 1}, {"height", 8}, {"width", 8}}));
  ASSERT_EQ(samples["worst"].size(), 16u);
  for (const json& sample : samples["worst"]) {
    // The data's labels go round: 0 1 2 3 0 1 ...
    EXPECT_EQ(sample["truth"], std::to_string(sample["index"].get<int>() % 4));
    EXPECT_EQ(sample["picture"].get<std::string>().size(), 88u) << "64 bytes";
  }
  const json measures = json::parse(qfx_command({"run", run_.model, "--json"}).output)["measures"];
  EXPECT_EQ(page["measures"], measures) << "as qfx run has them";
  const int wrong = 32 - measures["correct"].get<int>();
  EXPECT_THAT(samples["text"].get<std::string>(),
              HasSubstr(std::to_string(wrong) + " of 32 images are answered wrong"));
  ASSERT_GE(wrong, 1);
  EXPECT_THAT(samples["worst"][0]["error"].get<std::string>(), HasSubstr("wrong by "));
}

TEST_F(ReportCommand, RunsAsManySamplesAsAskedFor) {
  const json page = report({"--limit", "5"});
  EXPECT_EQ(page["measures"]["samples"], 5);
  EXPECT_EQ(page["samples"]["worst"].size(), 5u);
  EXPECT_EQ(report({"--no-data"})["samples"], nullptr);
}

TEST_F(ReportCommand, GoesWithoutDataThatAreGone) {
  std::filesystem::remove_all(run_.folder.path() / "data");
  const json page = report();
  EXPECT_EQ(page["samples"], nullptr);
  EXPECT_THAT(output_, HasSubstr("the page goes without the worst samples: "));
  report({"--no-data"});
  EXPECT_THAT(output_, Not(HasSubstr("goes without")));
  const ProcessResult asked = qfx_command({"report", run_.run, "--data", run_.data});
  EXPECT_EQ(asked.exit_code, 2) << "data that somebody names must be there";
}

}  // namespace
}  // namespace qfx
