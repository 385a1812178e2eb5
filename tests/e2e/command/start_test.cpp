// A verb that needs no torch starts at once: the command loads torch only where it trains, by going
// on as the program qfx-torch that lies beside it.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/command.h"

namespace qfx::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// What one run of a program took: processor time and the largest memory.
struct Cost {
  double seconds = 0;
  double megabytes = 0;
};

Cost cost_of(const std::string& program, const std::string& argument) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) != nullptr)
      ::execl(program.c_str(), program.c_str(), argument.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  EXPECT_EQ(::wait4(child, &status, 0, &usage), child);
  EXPECT_EQ(status, 0) << program << " " << argument;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .megabytes = static_cast<double>(usage.ru_maxrss) / 1024};
}

TEST(Start, NeedsNoTorch) {
  const ProcessResult libraries = run_process({"env", "LD_TRACE_LOADED_OBJECTS=1", qfx_program()});
  EXPECT_EQ(libraries.exit_code, 0) << libraries.output;
  EXPECT_THAT(libraries.output, HasSubstr("libstdc++"));  // the list is one
  EXPECT_THAT(libraries.output, Not(HasSubstr("torch")));
}

#if !defined(__SANITIZE_ADDRESS__)
TEST(Start, TakesNoTimeAndLittleMemory) {
  Cost least = cost_of(qfx_program(), "--version");
  for (int i = 0; i < 4; ++i) {  // a busy machine makes one run slow, not each
    const Cost cost = cost_of(qfx_program(), "--version");
    least.seconds = std::min(least.seconds, cost.seconds);
    least.megabytes = std::min(least.megabytes, cost.megabytes);
  }
  EXPECT_LT(least.seconds, 0.05);
  EXPECT_LT(least.megabytes, 30);
}
#endif

#ifdef QFX_WITH_TORCH
TEST(Start, FindsTheProgramWithTorchBesideItself) {
  const TemporaryDirectory folder;
  const std::filesystem::path link = folder.path() / "a link";
  std::filesystem::create_symlink(qfx_program(), link);
  const ProcessResult result =
      run_process({link.string(), "train", "none.toml", "--out", (folder.path() / "run").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("none.toml"));  // what the room of training says of it
  EXPECT_THAT(result.output, Not(HasSubstr("qfx-torch")));
}

TEST(Start, SaysWhatIsMissingWithoutTheProgramWithTorch) {
  const TemporaryDirectory folder;
  const std::filesystem::path alone = folder.path() / "qfx";
  std::filesystem::copy_file(qfx_program(), alone);
  const std::string run = (folder.path() / "run").string();
  for (const std::vector<std::string>& verb :
       std::vector<std::vector<std::string>>{{"train", "none.toml", "--out", run},
                                             {"ptq", "none.toml", "--out", run},
                                             {"start", "p", "--recipe", "none.toml"},
                                             {"freeze", run}}) {
    std::vector<std::string> command{alone.string()};
    command.insert(command.end(), verb.begin(), verb.end());
    const ProcessResult result = run_process(command);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.output, HasSubstr((folder.path() / "qfx-torch").string()));
    EXPECT_THAT(result.output, HasSubstr("put both into one folder"));
  }
  EXPECT_EQ(run_process({alone.string(), "--version"}).exit_code, 0);
}
#endif

}  // namespace
}  // namespace qfx::test
