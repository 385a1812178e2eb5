// The gradient of the binary point alone, through the optimiser that training uses: from two bits
// off it finds the point that an exhaustive search finds, in every mode, in both forms.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <random>

#include "train/loop/learned_points.h"
#include "train/ops/chain.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kValues = 2048;
constexpr int kAway = 2;
constexpr std::int64_t kSteps = 900;
// Where two neighbouring points cost nearly the same, either is right: the pushes of the two, which
// the descent weighs against each other, know the difference of their losses to about this.
constexpr double kTie = 1.1;

at::Tensor normal_values(bool is_signed) {
  std::mt19937_64 generator(11);
  std::normal_distribution<float> normal;
  at::Tensor x = at::empty({kValues}, at::kFloat);
  for (std::int64_t i = 0; i < kValues; ++i) {
    const float v = normal(generator);
    x.data_ptr<float>()[i] = is_signed ? v : std::abs(v);
  }
  return x;
}

// The squared error of a cast at a point, and its gradient; each point is computed once.
class Loss {
 public:
  Loss(at::Tensor x, Point& point) : x_(std::move(x)), point_(point) {}

  struct At {
    double loss = 0;
    float gradient = 0;
  };
  const At& at(int frac_bits) {
    const auto [found, is_new] = known_.try_emplace(frac_bits);
    if (is_new) {
      point_.set({point_.spec.middle_of(frac_bits)});
      point_.f.mutable_grad().reset();
      const at::Tensor error = cast(x_, point_.f, point_.assignment(false)) - x_;
      const at::Tensor loss = error.square().sum();
      loss.backward();
      found->second = {loss.item<double>(), point_.f.grad().item<float>()};
    }
    return found->second;
  }

  int exhaustive_best() {
    int best = 0;
    for (int point = -8; point <= 16; ++point) {
      if (at(point).loss < at(best).loss) best = point;
    }
    return best;
  }

 private:
  at::Tensor x_;
  Point& point_;
  std::map<int, At> known_;
};

// Where the descent from `start` ends.
int descend(Loss& loss, Point& point, int start) {
  point.set({point.spec.middle_of(start)});
  LearnedPoints points({.learning_rate = 0.02, .freeze_after = 0.9}, {&point}, kSteps);
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const float f = point.values()[0];
    const float gradient = loss.at(point.frac_bits[0]).gradient;
    point.set({f});
    point.f.mutable_grad() = at::full({1}, gradient);
    points.step(step, 1.0);
  }
  EXPECT_EQ(points.optimizer().frozen_count(), 1);
  return point.frac_bits[0];
}

struct Mode {
  fixed::Overflow overflow;
  int wrap_bits = 0;
};
constexpr Mode kModes[] = {{fixed::Overflow::SAT},      {fixed::Overflow::SAT_SYM},
                           {fixed::Overflow::SAT_ZERO}, {fixed::Overflow::WRAP},
                           {fixed::Overflow::WRAP, 1},  {fixed::Overflow::WRAP, 2},
                           {fixed::Overflow::WRAP_SM},  {fixed::Overflow::WRAP_SM, 2}};

using Case = std::tuple<graph::PointForm, int, bool>;  // form, width, sign

class PointDescent : public testing::TestWithParam<Case> {};

TEST_P(PointDescent, FindsTheBestPointFromTwoBitsOff) {
  const auto [form, width, is_signed] = GetParam();
  int exact = 0, ties = 0;
  for (const Mode& mode : kModes) {
    if (!is_signed && mode.overflow == fixed::Overflow::WRAP_SM) continue;
    for (int r = 0; r < fixed::kRoundingCount; ++r) {
      Point point;
      point.tensor = "t";
      point.spec = {.width = width,
                    .is_signed = is_signed,
                    .rounding = static_cast<fixed::Rounding>(r),
                    .overflow = mode.overflow,
                    .wrap_bits = mode.wrap_bits,
                    .point_form = form};
      Loss loss(normal_values(is_signed), point);
      const int best = loss.exhaustive_best();
      for (const int start : {best - kAway, best + kAway}) {
        const int found = descend(loss, point, start);
        ++(found == best ? exact : ties);
        EXPECT_LE(loss.at(found).loss, (found == best ? 1.0 : kTie) * loss.at(best).loss)
            << fixed::to_string(point.spec.format(best)) << " from " << start << " to " << found;
      }
    }
  }
  EXPECT_GT(exact, 9 * ties);
}

INSTANTIATE_TEST_SUITE_P(Forms, PointDescent,
                         testing::Combine(testing::Values(graph::PointForm::FracBits,
                                                          graph::PointForm::Log2Threshold),
                                          testing::Values(4, 6, 8), testing::Bool()));

}  // namespace
}  // namespace qfx::train
