#include "runtime/thread_pool.h"

#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>

namespace qfx::runtime {
namespace {

TEST(ThreadPool, RunsEveryIndexOnceRoundAfterRound) {
  ThreadPool pool(3);
  EXPECT_EQ(pool.size(), 3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> seen(round % 17);
    pool.for_each(std::ssize(seen), [&](std::int64_t index, int worker) {
      EXPECT_LT(worker, 3);
      ++seen[index];
    });
    for (const auto& count : seen) EXPECT_EQ(count, 1);
  }
}

TEST(ThreadPool, RaisesWhatATaskRaisedAndWorksOn) {
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    const auto raise = [](std::int64_t index, int) {
      if (index == 5) throw std::runtime_error("five");
    };
    EXPECT_THROW(pool.for_each(10, raise), std::runtime_error);
    std::atomic<int> sum = 0;
    pool.for_each(10, [&](std::int64_t index, int) { sum += static_cast<int>(index); });
    EXPECT_EQ(sum, 45);
  }
}

}  // namespace
}  // namespace qfx::runtime
