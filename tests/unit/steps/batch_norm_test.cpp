// BatchNorm's arithmetic per channel, against its formulas.
#include "qfx/steps/batch_norm.h"

#include <cmath>
#include <gtest/gtest.h>

namespace qfx::steps {
namespace {

TEST(Moments, AreMeanAndBiasedVariance) {
  // 1, 2, 6 and -1, -1, -1
  const Moments moments = moments_of({9, -3}, {41, 3}, 3, {});
  EXPECT_EQ(moments.mean, (std::vector<double>{3, -1}));
  EXPECT_EQ(moments.values, 3);
  EXPECT_DOUBLE_EQ(moments.variance[0], 14.0 / 3);
  EXPECT_EQ(moments.variance[1], 0);
}

TEST(Moments, AreOfAllProcessesTogether) {
  const auto twice = [](std::vector<double>& row) {
    for (double& value : row) value *= 2;
  };
  const Moments alone = moments_of({9}, {41}, 3, {}), both = moments_of({9}, {41}, 3, twice);
  EXPECT_EQ(both.mean, alone.mean);
  EXPECT_EQ(both.variance, alone.variance);
  EXPECT_EQ(both.values, 6);
}

TEST(Statistics, TakeUpTheUnbiasedVariance) {
  std::vector<float> mean{4}, variance{2};
  move_statistics({.mean = {1}, .variance = {3}, .values = 4}, 0.25, mean.data(), variance.data());
  EXPECT_EQ(mean[0], 0.75F * 4 + 0.25F);
  EXPECT_EQ(variance[0], 0.75F * 2 + 0.25F * 3 * 4 / 3);
  // Of one value there is no unbiased variance.
  move_statistics({.mean = {0}, .variance = {0}, .values = 1}, 1, mean.data(), variance.data());
  EXPECT_EQ(mean[0], 0);
  EXPECT_EQ(variance[0], 0);
}

AssignmentPtr assignment(int width, int frac_bits, OverflowCount* count = nullptr) {
  return std::make_shared<Assignment>(Assignment{.format = {.width = width,
                                                            .int_bits = width - frac_bits,
                                                            .rounding = fixed::Rounding::RND,
                                                            .overflow = fixed::Overflow::SAT},
                                                 .frac_bits = {frac_bits},
                                                 .count = count});
}

TEST(Pair, IsCastAndItsSumProved) {
  BatchNormCasts casts{
      .scale = assignment(8, 4), .offset = assignment(8, 4), .input = {4, 127}, .node = "bn"};
  float scale[2], offset[2];
  const graph::FoldedPair pair{{1.03F, 100}, {-0.5F, 0.03F}};
  EXPECT_EQ(cast_pair(pair, casts, scale, offset), Carrier::Float32);
  EXPECT_EQ(scale[0], 1.0F);
  EXPECT_EQ(scale[1], 127 / 16.0F) << "the largest of the format";
  EXPECT_EQ(offset[0], -0.5F);
  EXPECT_EQ(offset[1], 0.0F);
  casts.input.max_raw = 1 << 20;
  EXPECT_EQ(cast_pair(pair, casts, scale, offset), Carrier::Float64);
}

// Under running statistics scale = gamma * inv and offset = beta - mean * scale are linear.
TEST(Pair, GradientUnderRunningStatistics) {
  OverflowCount count;
  const BatchNormCasts casts{.eps = 0.25,
                             .scale = assignment(20, 10, &count),
                             .offset = assignment(20, 10, &count),
                             .running = Moments{.mean = {3}, .variance = {0.75}}};
  const std::vector<float> gamma{2}, beta{1};
  const graph::FoldedPair pair = fold_pair(*casts.running, gamma, beta, casts.eps);
  EXPECT_EQ(pair.scale[0], 2);
  EXPECT_EQ(pair.offset[0], -5);
  const BatchNormGradient d =
      batch_norm_backward(casts, *casts.running, pair, gamma, {0.5}, {0.125});
  EXPECT_EQ(d.gamma[0], 0.5F - 3 * 0.125F);
  EXPECT_EQ(d.beta[0], 0.125F);
  EXPECT_TRUE(d.a.empty());
  EXPECT_EQ(count.values, 2);
  EXPECT_EQ(count.overflows, 0);
}

}  // namespace
}  // namespace qfx::steps
