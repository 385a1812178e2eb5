// From a recipe to the bits: train, resume, interrupt, ptq, freeze, run, verify, report.
#ifdef QFX_WITH_TORCH

#include <chrono>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "support/command.h"

namespace qfx {
namespace {

using nlohmann::json;
using test::qfx_command;
using ::testing::HasSubstr;

// A run on tiny data: a few steps a phase.
struct TinyRecipe {
  TemporaryDirectory folder;
  std::string data = test::write_tiny_data(folder.path() / "data", {.train_images = 128});
  std::string recipe = (folder.path() / "tiny.toml").string();
  std::string run = (folder.path() / "run").string();

  explicit TinyRecipe(const std::string& epochs = "2") {
    test::write(recipe, "network.zoo = \"tiny_resnet\"\n[data]\nsource = \"" + data +
                            "\"\nbatch_size = 16\n[float]\nepochs = " + epochs +
                            "\n[fixed]\nepochs = " + epochs + "\n[calibration]\nimages = 32\n");
  }
};

TEST(Training, TheWholeRoad) {
  const TinyRecipe tiny;
  const ProcessResult trained = qfx_command({"train", tiny.recipe, "--out", tiny.run});
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_THAT(trained.output, HasSubstr("fixed point, trained"));
  EXPECT_THAT(trained.output, HasSubstr(tiny.run + "/model.qfx"));
  for (const char* file :
       {"recipe.toml", "log.jsonl", "summary.json", "model.qfx", "float.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(tiny.run + "/" + file)) << file;
  }
  EXPECT_EQ(read_file(tiny.run + "/recipe.toml"), "name = \"tiny\"\n" + read_file(tiny.recipe));

  const std::string frozen = (tiny.folder.path() / "again.qfx").string();
  ASSERT_EQ(qfx_command({"freeze", tiny.run, "-o", frozen}).exit_code, 0);
  EXPECT_EQ(read_file(frozen), read_file(tiny.run + "/model.qfx"));

  const ProcessResult ran = qfx_command({"run", tiny.run + "/model.qfx", "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  const json summary = json::parse(read_file(tiny.run + "/summary.json"));
  // What training emulated is what the integers do.
  EXPECT_DOUBLE_EQ(json::parse(ran.output)["accuracy"].get<double>(),
                   summary["fixed_accuracy"].get<double>());

  const ProcessResult verified =
      qfx_command({"verify", tiny.run + "/model.qfx", "--against", "vitis", "--limit", "8"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("vitis: 0 of 8 images differ (0 of 32 values)"));

  EXPECT_EQ(qfx_command({"report", tiny.run}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(tiny.run + "/report.html"));
}

TEST(Training, ARunThatIsThereIsResumedOrLeftAlone) {
  const TinyRecipe tiny;
  ASSERT_EQ(qfx_command({"train", tiny.recipe, "--out", tiny.run}).exit_code, 0);
  const std::string model = read_file(tiny.run + "/model.qfx");
  EXPECT_EQ(qfx_command({"train", tiny.recipe, "--out", tiny.run}).exit_code, 2);
  EXPECT_EQ(qfx_command({"train", "--out", tiny.run, "--resume"}).exit_code, 0);
  EXPECT_EQ(read_file(tiny.run + "/model.qfx"), model);
  test::write(tiny.recipe, read_file(tiny.recipe) + "[points]\nfreeze_after = 0.5\n");
  EXPECT_EQ(qfx_command({"train", tiny.recipe, "--out", tiny.run, "--resume"}).exit_code, 2);
}

TEST(Training, AnInterruptLeavesACheckpointThatGoesOn) {
  const TinyRecipe tiny("2000");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    execl(test::qfx_program().c_str(), "qfx", "train", tiny.recipe.c_str(), "--out",
          tiny.run.c_str(), nullptr);
    _exit(127);
  }
  for (int i = 0; i < 600 && !std::filesystem::exists(tiny.run + "/checkpoint/latest.safetensors");
       ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  // Meanwhile the folder is that process's alone, and what is in it is no model yet.
  const ProcessResult second = qfx_command({"train", "--out", tiny.run, "--resume"});
  EXPECT_EQ(second.exit_code, 2) << second.output;
  EXPECT_THAT(second.output, HasSubstr(tiny.run + ": another process of qfx is at work"));
  EXPECT_THAT(qfx_command({"freeze", tiny.run}).output, HasSubstr("another process of qfx"));
  const std::string elsewhere = (tiny.folder.path() / "elsewhere.qfx").string();
  const ProcessResult early = qfx_command({"freeze", tiny.run, "-o", elsewhere});
  EXPECT_EQ(early.exit_code, 2);
  EXPECT_THAT(early.output, HasSubstr("still in its float phase"));
  EXPECT_THAT(early.output, HasSubstr("qfx train --out " + tiny.run + " --resume"));
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_TRUE(std::filesystem::exists(tiny.run + "/checkpoint/latest.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(tiny.run + "/model.qfx"));
}

TEST(Training, AModelThatIsNotFrozenIsNotNamed) {
  const TinyRecipe tiny("0.2");
  test::write(tiny.recipe,
              read_file(tiny.recipe) + "[[format.override]]\nmatch = \"*.weight\"\nfloat = true\n");
  const ProcessResult result = qfx_command({"train", tiny.recipe, "--out", tiny.run});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("not frozen: "));
  EXPECT_THAT(result.output, ::testing::Not(HasSubstr("model.qfx")));
}

TEST(Training, PtqIsTheBaseline) {
  const TinyRecipe tiny("1");
  const ProcessResult result = qfx_command({"ptq", tiny.recipe, "--out", tiny.run});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("fixed point, calibrated only"));
  EXPECT_EQ(qfx_command({"run", tiny.run + "/model.qfx"}).exit_code, 0);
}

TEST(Training, TheSameInTwentyLinesOfCpp) {
  const TinyRecipe tiny;
  const ProcessResult result = run_process({QFX_EXAMPLE, tiny.run, tiny.data});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("of 32 images right"));
}

}  // namespace
}  // namespace qfx

#endif
