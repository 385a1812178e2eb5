#include "train/loop/schedule.h"

#include <gtest/gtest.h>

namespace qfx::train {
namespace {

double factor(const frontends::Optimizer& optimizer, std::int64_t step) {
  return learning_rate_factor(optimizer, step, 1000, 100);
}

TEST(Schedule, CosineFallsToZero) {
  const frontends::Optimizer optimizer{.schedule = frontends::Schedule::Cosine};
  EXPECT_DOUBLE_EQ(factor(optimizer, 0), 1);
  EXPECT_NEAR(factor(optimizer, 500), 0.5, 1e-12);
  EXPECT_NEAR(factor(optimizer, 1000), 0, 1e-12);
}

TEST(Schedule, StepsCountEpochs) {
  const frontends::Optimizer optimizer{
      .schedule = frontends::Schedule::Step, .step_epochs = {3, 6.5}, .step_factor = 0.1};
  EXPECT_DOUBLE_EQ(factor(optimizer, 299), 1);
  EXPECT_DOUBLE_EQ(factor(optimizer, 300), 0.1);
  EXPECT_NEAR(factor(optimizer, 650), 0.01, 1e-15);
}

TEST(Schedule, WarmUpRises) {
  const frontends::Optimizer optimizer{.schedule = frontends::Schedule::Constant,
                                       .warmup_epochs = 1};
  EXPECT_NEAR(factor(optimizer, 0), 1.0 / 101, 1e-12);
  EXPECT_LT(factor(optimizer, 50), factor(optimizer, 99));
  EXPECT_DOUBLE_EQ(factor(optimizer, 100), 1);
}

}  // namespace
}  // namespace qfx::train
