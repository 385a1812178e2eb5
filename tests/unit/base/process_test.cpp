#include "qfx/base/process.h"

#include <chrono>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx {
namespace {

TEST(Process, CollectsBothStreamsAndTheExitCode) {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.output, "out\nerr\n");
}

TEST(Process, ArgumentsReachTheProgramUntouched) {
  const ProcessResult result = run_process({"printf", "%s", "a b; $(id) 'x'"});
  EXPECT_EQ(result.output, "a b; $(id) 'x'");
}

TEST(Process, ReportsSignals) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}).exit_code, 128 + 9);
}

TEST(Process, SaysHowAProgramEnded) {
  EXPECT_EQ(how_it_ended(run_process({"sh", "-c", "exit 7"})), "exit code 7");
  const ProcessResult killed = run_process({"sh", "-c", "kill -9 $$"});
  EXPECT_EQ(killed.signal, 9);
  EXPECT_THAT(how_it_ended(killed),
              ::testing::HasSubstr("killed by SIGKILL: the system does this"));
  EXPECT_THAT(how_it_ended(run_process({"sh", "-c", "kill -SEGV $$"})),
              ::testing::HasSubstr("killed by SIGSEGV: "));
  EXPECT_EQ(how_it_ended(run_process({"sh", "-c", "kill -USR1 $$"})), "killed by signal 10");
  // A code that looks like a signal's is none.
  EXPECT_EQ(how_it_ended(run_process({"sh", "-c", "exit 139"})), "exit code 139");
}

TEST(Process, HasAsMuchStackAsTheSystemAllowsWhereItIsAsked) {
  const std::vector<std::string> soft{"sh", "-c", "ulimit -S -s"}, hard{"sh", "-c", "ulimit -H -s"};
  const std::string largest = run_process(hard).output;
  EXPECT_EQ(run_process(soft, "", {}, StackLimit::Largest).output, largest);
  EXPECT_EQ(run_processes({soft}, 1, {}, StackLimit::Largest)[0].output, largest);
}

TEST(Process, RunsInAFolder) {
  EXPECT_EQ(run_process({"pwd"}, "/usr").output, "/usr\n");
}

TEST(Process, AMissingProgramIsTheUsersFault) {
  try {
    run_process({"no-such-program-anywhere"});
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("no-such-program-anywhere: No such file"));
  }
}

TEST(Process, OneThatShouldStopEndsWithWhatItHasStarted) {
  const TemporaryDirectory folder;
  const std::string late = (folder.path() / "late").string();
  const std::vector<std::string> slow{"sh", "-c", "(sleep 1; touch " + late + ") & sleep 60"};
  int asked = 0;
  EXPECT_THROW(run_process(slow, "", [&] { return ++asked == 3; }), UserError);
  EXPECT_THROW(run_processes({slow, slow, slow}, 2, [] { return true; }), UserError);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_FALSE(std::filesystem::exists(late));
  EXPECT_EQ(run_process({"echo", "x"}, "", [] { return false; }).output, "x\n");
}

TEST(Process, SeveralKeepTheirOrder) {
  std::vector<std::vector<std::string>> commands;
  for (int i = 0; i < 9; ++i) commands.push_back({"sh", "-c", "exit " + std::to_string(i)});
  const std::vector<ProcessResult> results = run_processes(commands, 3);
  ASSERT_EQ(results.size(), 9u);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(results[i].exit_code, i);
}

TEST(Process, OneThatCannotStartEndsTheBatch) {
  EXPECT_THROW(run_processes({{"true"}, {"no-such-program-anywhere"}, {"true"}}, 2), UserError);
}

}  // namespace
}  // namespace qfx
