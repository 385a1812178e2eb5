// A run that is killed by SIGKILL, wherever that strikes, goes on to the bits of a run that never
// was.
#include <chrono>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tiny_run.h"

namespace qfx::train {
namespace {

namespace fs = std::filesystem;

class Kill : public ::testing::Test {
 protected:
  frontends::Recipe recipe() const {
    frontends::Recipe recipe = tiny_recipe(data_);
    recipe.float_phase.epochs = 6;
    recipe.fixed_phase.epochs = 12;
    recipe.checkpoint_minutes = 0;  // after every step
    return recipe;
  }

  // Torch's threads do not survive a fork: every run has a process of its own, and this one never
  // trains.
  pid_t start(const std::string& name, bool resume) const {
    const pid_t child = fork();
    if (child == 0) {
      try {
        train(recipe(), {.run_folder = folder(name).string(), .resume = resume});
        _exit(0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
    }
    return child;
  }

  static int wait(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  fs::path folder(const std::string& name) const { return directory_.path() / name; }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
};

TEST_F(Kill, ResumesToTheSameModel) {
  ASSERT_EQ(wait(start("whole", false)), 0);
  int kills = 0;
  for (int delay_ms = 40;; delay_ms += 25) {
    const pid_t child = start("killed", kills > 0);
    // The delay counts from the moment the run writes files.
    for (int i = 0; i < 1000 && !fs::exists(folder("killed") / "log.jsonl"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    kill(child, SIGKILL);
    const int status = wait(child);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ++kills;
    ASSERT_LT(kills, 100) << "the run makes no progress between kills";
  }
  EXPECT_GT(kills, 1);
  EXPECT_EQ(read_file(folder("killed") / "model.qfx"), read_file(folder("whole") / "model.qfx"));
}

}  // namespace
}  // namespace qfx::train
