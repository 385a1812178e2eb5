// What dropout drops depends on its key alone, and its mean is that of what it is given.
#include "train/network/dropout.h"

#include <cmath>
#include <gtest/gtest.h>

namespace qfx::train {
namespace {

const std::map<std::string, double> kShares{{"fc", 0.25}};

graph::Node named_node(const std::string& name) {
  graph::Node result;
  result.name = name;
  return result;
}

at::Tensor dropped(const at::Tensor& values, std::int64_t step, std::int64_t first_sample = 0) {
  return Dropout{.shares = kShares, .seed = 3, .step = step, .first_sample = first_sample}(
      named_node("fc"), 2, values);
}

TEST(Dropout, AShareBecomesZeroAndTheMeanStays) {
  const at::Tensor values = at::ones({100, 400});
  const at::Tensor result = dropped(values, 0);
  const double zeros = (result == 0).sum().item<double>() / 40000;
  EXPECT_NEAR(zeros, 0.25, 0.01);
  EXPECT_NEAR(result.mean().item<double>(), 1, 0.015);
  EXPECT_EQ(result.max().item<float>(), 1 / 0.75F);
}

TEST(Dropout, AnotherStepDropsOthersTheSameStepTheSame) {
  const at::Tensor values = at::ones({4, 100});
  EXPECT_TRUE(at::equal(dropped(values, 5), dropped(values, 5)));
  EXPECT_FALSE(at::equal(dropped(values, 5), dropped(values, 6)));
  EXPECT_FALSE(at::equal(dropped(values, 5)[0], dropped(values, 5)[1]));
}

TEST(Dropout, TwoProcessesDropWhatOneWould) {
  const at::Tensor values = at::randn({8, 3, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor whole = dropped(values, 1);
  EXPECT_TRUE(at::equal(whole.slice(0, 4, 8), dropped(values.slice(0, 4, 8), 1, 4)));
}

TEST(Dropout, OtherNodesKeepTheirValues) {
  const at::Tensor values = at::randn({2, 10});
  const Dropout dropout{.shares = kShares};
  EXPECT_TRUE(at::equal(dropout(named_node("other"), 1, values), values));
}

}  // namespace
}  // namespace qfx::train
