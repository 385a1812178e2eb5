// Standard output that cannot take the result: a sentence and exit code 2, and no result is lost.
#include <filesystem>
#include <gmock/gmock.h>
#include <string>

#include "support/command.h"

namespace qfx {
namespace {

using test::FrozenRun;
using ::testing::HasSubstr;
using ::testing::Not;

// A shell's, so that the streams can go to different places.
ProcessResult shell(const std::string& command) {
  return run_process({"/bin/sh", "-c", test::qfx_program() + " " + command});
}

void expect_no_space(const std::string& command) {
  const ProcessResult result = shell(command + " > /dev/full");
  EXPECT_EQ(result.exit_code, 2) << command << "\n" << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("qfx: cannot write to standard output: No space left on device"))
      << command;
  EXPECT_THAT(result.output, Not(HasSubstr("fault of QFX"))) << command;
}

TEST(FullOutput, IsAnErrorOfEveryVerb) {
  const FrozenRun run;
  const std::string model = run.model;
  for (const std::string& command :
       {std::string(), std::string("--help"), std::string("--version"), std::string("run --help"),
        "run " + model, "run --json " + model, "inspect " + model, "inspect --json " + model,
        "report " + model + " -o " + run.run + "/r.html",
        "export " + model + " --target vitis -o " + run.run + "/hls"})
    expect_no_space(command);
  EXPECT_TRUE(std::filesystem::exists(run.run + "/hls"));
}

TEST(FullOutput, VerifyStillKeepsItsVerdict) {
  const FrozenRun run;
  for (const char* json : {"", " --json"}) {
    std::filesystem::remove(run.run + "/verify.json");
    expect_no_space("verify --limit 2 " + run.model + json);
    EXPECT_THAT(read_file(run.run + "/verify.json"), HasSubstr("\"images_differ\": 0"));
  }
}

TEST(FullOutput, AFullLogIsNoReasonToFail) {
  const FrozenRun run;
  const ProcessResult result = shell("run " + run.model + " 2> /dev/full");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("integer accuracy"));
  EXPECT_EQ(shell("run /nowhere/m.qfx 2> /dev/full").exit_code, 2);
}

TEST(FullOutput, AClosedPipeEndsQuietly) {
  const FrozenRun run;
  const ProcessResult result = shell("inspect --json " + run.model + " | head -n 1");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "{\n");
}

// A folder stands where the file belongs: no permission helps against that.
TEST(KeptResult, VerifyTellsItsVerdictWhereItCannotKeepIt) {
  const FrozenRun run;
  const std::string file = run.run + "/verify.json";
  std::filesystem::create_directories(file);
  const ProcessResult text = shell("verify --limit 2 " + run.model);
  EXPECT_EQ(text.exit_code, 0) << text.output;
  EXPECT_THAT(text.output,
              ::testing::ContainsRegex("vitis: 0 of 2 images differ \\(0 of 8 values\\)\n"
                                       "qfx: warning: .*cannot write .*verify\\.json"));

  const std::string project = run.run + "/hls", words = run.run + "/words";
  ASSERT_EQ(shell("export " + run.model + " --target vitis -o " + project).exit_code, 0);
  graph::FrozenModel model = graph::load_frozen(run.model);
  for (graph::FrozenNode& node : model.nodes) {
    if (node.name == "classifier") node.params.at(graph::Role::Bias).raw[1] += 1;
  }
  graph::save(model, run.model);
  const ProcessResult json =
      shell("verify --json --limit 2 --project " + project + " " + run.model + " 2> " + words);
  EXPECT_EQ(json.exit_code, 1) << "the verdict's code";
  EXPECT_TRUE(json.output.starts_with("{\n") && json.output.ends_with("}\n")) << json.output;
  EXPECT_THAT(json.output, HasSubstr("\"images_differ\": 2"));
  EXPECT_THAT(read_file(words), HasSubstr("cannot write " + file));
}

TEST(KeptResult, ReportTellsTheTableWhereThePageFindsNoPlace) {
  const FrozenRun run;
  std::filesystem::create_directories(run.run + "/report.html");
  const ProcessResult result = shell("report " + run.run);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("cannot write " + run.run + "/report.html"));
  EXPECT_THAT(result.output, HasSubstr("HLS accuracy"));
}

}  // namespace
}  // namespace qfx
