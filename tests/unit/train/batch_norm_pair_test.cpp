// The pair's hand-written gradient beside torch's, which differentiates the formulas one by one.
#include <cmath>
#include <gtest/gtest.h>

#include "train/ops/any_device/operator_cast.h"
#include "train/ops/batch_norm/operator_batch_norm.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

constexpr double kEps = 1e-5;

struct PairCase {
  fixed::Overflow overflow = fixed::Overflow::SAT;
  int k_hot = 0;
  bool uses_batch = true;
};

steps::AssignmentPtr assignment_of(const PairCase& c, int frac_bits, steps::OverflowCount& count) {
  return std::make_shared<steps::Assignment>(
      steps::Assignment{.format = {.width = 7,
                                   .int_bits = 7 - frac_bits,
                                   .rounding = fixed::Rounding::RND,
                                   .overflow = c.overflow},
                        .frac_bits = {frac_bits},
                        .k_hot = c.k_hot,
                        .signed_digits = false,
                        .count = &count});
}

// The leaves of one run; float64 values of few bits, whose moments are exact.
struct Leaves {
  at::Tensor x, gamma, beta, f_scale, f_offset;

  Leaves() {
    at::manual_seed(4);
    const at::Tensor spread = at::tensor({1.0, 3.0, 0.25, 2.0, 0.5}, at::kDouble);
    x = at::round(at::randn({6, 5, 3, 4}, at::kDouble) * along_channels(spread, x_shape()) * 16) /
        16;
    gamma = at::randn({5}) * 3;
    beta = at::randn({5}) * 2;
    f_scale = at::full({1}, 4.0F);
    f_offset = at::full({1}, 5.0F);
    for (const at::Tensor& t : all()) t.set_requires_grad(true);
  }
  std::vector<at::Tensor> all() const { return {x, gamma, beta, f_scale, f_offset}; }

 private:
  static at::Tensor x_shape() { return at::empty({6, 5, 3, 4}); }
};

struct Result {
  at::Tensor scale, offset;
  std::vector<at::Tensor> gradients;
  std::int64_t overflows = 0;
};

Result finished(const Leaves& leaves, const at::Tensor& scale, const at::Tensor& offset,
                const steps::OverflowCount& count) {
  at::manual_seed(5);
  (scale * at::randn({5}, at::kDouble) + offset * at::randn({5}, at::kDouble)).sum().backward();
  Result result{scale.detach(), offset.detach(), {}, count.overflows};
  for (const at::Tensor& t : leaves.all()) result.gradients.push_back(t.grad());
  return result;
}

steps::BatchNormCasts casts_of(const PairCase& c, steps::OverflowCount& count) {
  steps::BatchNormCasts casts{.eps = kEps,
                              .scale = assignment_of(c, 4, count),
                              .offset = assignment_of(c, 5, count),
                              .input = {4, 256},
                              .node = "bn",
                              .running = {},
                              .add_up = {}};
  if (!c.uses_batch)
    casts.running = {.mean = {0.5, -0.25, 1, 2, -3}, .variance = {0.5, 2, 0.125, 1, 3}};
  return casts;
}

Result by_hand(const PairCase& c) {
  const Leaves leaves;
  steps::OverflowCount count;
  const CastPair pair = cast_pair(leaves.x, leaves.gamma, leaves.beta, leaves.f_scale,
                                  leaves.f_offset, casts_of(c, count), nullptr);
  return finished(leaves, pair.scale, pair.offset, count);
}

Result by_torch(const PairCase& c) {
  const Leaves leaves;
  steps::OverflowCount count;
  const steps::BatchNormCasts casts = casts_of(c, count);
  at::Tensor mean, variance;
  if (c.uses_batch) {
    const double values = static_cast<double>(leaves.x.numel()) / 5;
    const at::Tensor sum = leaves.x.sum({0, 2, 3}), squares = (leaves.x * leaves.x).sum({0, 2, 3});
    mean = sum / values;
    variance = squares / values - mean * mean;
  } else {
    mean = double_tensor(casts.running->mean);
    variance = double_tensor(casts.running->variance);
  }
  const at::Tensor scale =
      leaves.gamma / at::sqrt(variance.to(at::kFloat) + static_cast<float>(kEps));
  const at::Tensor offset = leaves.beta - mean.to(at::kFloat) * scale;
  const at::Tensor cast_scale = operator_cast(scale.to(at::kDouble), leaves.f_scale, casts.scale);
  const at::Tensor cast_offset =
      operator_cast(offset.to(at::kDouble), leaves.f_offset, casts.offset);
  return finished(leaves, cast_scale, cast_offset, count);
}

class PairTest : public testing::TestWithParam<PairCase> {};

TEST_P(PairTest, HasTorchsGradient) {
  const Result hand = by_hand(GetParam()), torch = by_torch(GetParam());
  EXPECT_TRUE(hand.scale.equal(torch.scale));
  EXPECT_TRUE(hand.offset.equal(torch.offset));
  EXPECT_EQ(hand.overflows, torch.overflows);
  EXPECT_GT(hand.overflows, 0);
  EXPECT_LT(hand.overflows, 10);
  const char* names[] = {"x", "gamma", "beta", "f_scale", "f_offset"};
  for (std::size_t i = 0; i < 5; ++i) {
    ASSERT_EQ(hand.gradients[i].defined(), torch.gradients[i].defined()) << names[i];
    EXPECT_EQ(hand.gradients[i].defined(), i > 0 || GetParam().uses_batch) << names[i];
    if (!hand.gradients[i].defined()) continue;
    const double scale = torch.gradients[i].abs().max().item<double>();
    const double difference = (hand.gradients[i] - torch.gradients[i]).abs().max().item<double>();
    EXPECT_GT(scale, 0) << names[i];
    EXPECT_LE(difference, 1e-5 * scale) << names[i];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PairTest,
    testing::Values(PairCase{}, PairCase{.uses_batch = false}, PairCase{.k_hot = 2},
                    PairCase{.overflow = fixed::Overflow::WRAP},
                    PairCase{.overflow = fixed::Overflow::SAT_ZERO, .k_hot = 1},
                    PairCase{.overflow = fixed::Overflow::WRAP, .uses_batch = false}));

}  // namespace
}  // namespace qfx::train
