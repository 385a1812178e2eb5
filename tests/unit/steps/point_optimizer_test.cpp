// The optimizer of the binary points on plain rows of numbers.
#include "qfx/steps/point_optimizer.h"

#include <gtest/gtest.h>

#include "qfx/base/error.h"

namespace qfx::steps {
namespace {

constexpr std::int64_t kSteps = 100;

TEST(PointOptimizer, MovesAgainstTheGradient) {
  std::vector<float> f{3.2F, 3.2F, 3.2F};
  PointOptimizer optimizer({.learning_rate = 0.1, .freeze_after = 1}, {{{}, f}}, kSteps);
  const std::vector<float> gradient{1, 0, -2};
  optimizer.step({gradient}, 0, 1.0);
  EXPECT_NEAR(f[0], 3.1, 1e-6);
  EXPECT_EQ(f[1], 3.2F);
  EXPECT_NEAR(f[2], 3.3, 1e-6) << "Adam's first step is as long whatever the gradient";
}

TEST(PointOptimizer, StaysWhereNoGradientCame) {
  std::vector<float> a{1}, b{2};
  PointOptimizer optimizer({.learning_rate = 0.1, .freeze_after = 1}, {{{}, a}, {{}, b}}, kSteps);
  const std::vector<float> gradient{1};
  optimizer.step({{}, gradient}, 0, 1.0);
  EXPECT_EQ(a[0], 1);
  EXPECT_NEAR(b[0], 1.9, 1e-6);
}

// All are at an integer's middle at the end, the one of smallest gradient first.
TEST(PointOptimizer, FreezesOneByOne) {
  std::vector<float> f{0.1F, 1.1F, 2.1F, 3.1F};
  PointOptimizer optimizer({.learning_rate = 0, .freeze_after = 0.5}, {{{}, f}}, kSteps);
  const std::vector<float> gradient{4, 1, 2, 3};
  std::vector<std::size_t> order;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const std::vector<float> before = f;
    optimizer.step({gradient}, step, 1.0);
    for (std::size_t i = 0; i < f.size(); ++i) {
      if (f[i] != before[i]) order.push_back(i);
    }
    EXPECT_TRUE(step >= kSteps / 2 || optimizer.frozen_count() == 0) << step;
  }
  EXPECT_EQ(optimizer.frozen_count(), optimizer.count());
  EXPECT_EQ(order, (std::vector<std::size_t>{1, 2, 3, 0}));
  EXPECT_EQ(f, (std::vector<float>{0, 1, 2, 3}));
}

TEST(PointOptimizer, GoesOnFromItsState) {
  const std::vector<float> gradient{0.5F};
  std::vector<float> whole{3.2F}, parts{3.2F};
  PointOptimizer one({.learning_rate = 0.1}, {{{}, whole}}, kSteps);
  PointOptimizer first({.learning_rate = 0.1}, {{{}, parts}}, kSteps);
  for (std::int64_t step = 0; step < 5; ++step) {
    one.step({gradient}, step, 1.0);
    first.step({gradient}, step, 1.0);
  }
  PointOptimizer second({.learning_rate = 0.1}, {{{}, parts}}, kSteps);
  second.load_state(first.state(), 5);
  one.step({gradient}, 5, 1.0);
  second.step({gradient}, 5, 1.0);
  EXPECT_EQ(whole, parts);
  EXPECT_EQ(one.state(), second.state());
  EXPECT_THROW(second.load_state({}, 5), UserError);
}

// What had frozen at the end of 100 steps moves on in a phase of 200, and stays in one of 110.
TEST(PointOptimizer, AFrozenPointMovesInALongerPhase) {
  const std::vector<float> gradient{1};
  std::vector<float> f{3};
  PointOptimizer ended({.learning_rate = 0.01, .freeze_after = 0.7}, {{{}, f}}, kSteps);
  for (std::int64_t step = 0; step < kSteps; ++step) ended.step({gradient}, step, 1.0);
  ASSERT_EQ(ended.frozen_count(), 1);
  for (const std::int64_t steps : {2 * kSteps, kSteps + 10}) {
    const float before = f[0];
    PointOptimizer longer({.learning_rate = 0.01, .freeze_after = 0.7}, {{{}, f}}, steps);
    longer.load_state(ended.state(), kSteps);
    longer.step({gradient}, kSteps, 1.0);
    EXPECT_EQ(f[0] == before, steps == kSteps + 10) << steps;
  }
}

}  // namespace
}  // namespace qfx::steps
