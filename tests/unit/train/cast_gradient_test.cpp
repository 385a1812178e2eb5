// Gradients of the cast operators against the closed form of docs/gradients.md, one element at a
// time.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numbers>
#include <random>

#include "train/ops/activation.h"
#include "train/ops/chain.h"
#include "train/ops/parameter_cast.h"

#include "qfx/fixed/khot.h"
#include "qfx/fixed/value.h"

namespace qfx::train {
namespace {

std::shared_ptr<steps::Assignment> assignment(int width, bool is_signed, std::vector<int> frac_bits,
                                              fixed::Rounding rounding, fixed::Overflow overflow) {
  auto a = std::make_shared<steps::Assignment>();
  a->format = {.width = width,
               .int_bits = width - frac_bits[0],
               .is_signed = is_signed,
               .rounding = rounding,
               .overflow = overflow};
  a->frac_bits = std::move(frac_bits);
  return a;
}

at::Tensor leaf(const at::Tensor& values) {
  return values.clone().set_requires_grad(true);
}

// What one value contributes: dq/dx and dq/df.
struct Expected {
  double dx = 0, df = 0;
  bool overflow = false;
};

Expected closed_form(double x, const fixed::Format& format, int k_hot = 0, bool digits = false) {
  fixed::Format wide = format;
  wide.width = 60;
  wide.int_bits = 60 - format.frac_bits();
  wide.is_signed = true;
  wide.overflow = fixed::Overflow::SAT;
  const std::int64_t n = fixed::raw_from_double(x, wide);
  std::int64_t low = fixed::min_raw(format);
  const std::int64_t high = fixed::max_raw(format);
  if (format.overflow == fixed::Overflow::SAT_SYM && format.is_signed && format.width > 1) ++low;
  std::int64_t q = std::clamp(n, low, high);
  if (k_hot > 0) q = fixed::project_khot(q, k_hot, digits, format);
  const double value = fixed::to_double(q, format.frac_bits());
  const bool inside = low <= n && n <= high;
  if (inside || !kernels::jumps_outside(format))
    return {inside ? 1.0 : 0.0, std::numbers::ln2 * (inside ? x - value : -value), !inside};
  std::int64_t landed = fixed::raw_from_double(x, format);
  if (k_hot > 0) landed = fixed::project_khot(landed, k_hot, digits, format);
  const double reach = std::clamp(x, fixed::to_double(2 * low, format.frac_bits()),
                                  fixed::to_double(2 * high, format.frac_bits()));
  const double jump = fixed::to_double(landed, format.frac_bits()) - reach;
  return {0.0, low == 0 && n < 0 ? 0.0 : jump, true};
}

constexpr fixed::Rounding kRoundings[] = {
    fixed::Rounding::RND,      fixed::Rounding::RND_ZERO,    fixed::Rounding::RND_MIN_INF,
    fixed::Rounding::RND_INF,  fixed::Rounding::RND_CONV,    fixed::Rounding::TRN,
    fixed::Rounding::TRN_ZERO, fixed::Rounding::RND_CONV_ODD};
constexpr fixed::Overflow kOverflows[] = {fixed::Overflow::SAT, fixed::Overflow::SAT_ZERO,
                                          fixed::Overflow::SAT_SYM, fixed::Overflow::WRAP,
                                          fixed::Overflow::WRAP_SM};

TEST(CastGradient, MatchesTheClosedFormInEveryMode) {
  at::manual_seed(1);
  for (const fixed::Rounding rounding : kRoundings) {
    for (const fixed::Overflow overflow : kOverflows) {
      for (const bool is_signed : {true, false}) {
        if (!is_signed && overflow == fixed::Overflow::WRAP_SM) continue;
        const auto a = assignment(5, is_signed, {2}, rounding, overflow);
        steps::OverflowCount count;
        a->count = &count;
        const at::Tensor x = leaf(at::randn({3, 2, 5, 5}) * 4);
        const at::Tensor f = leaf(at::full({1}, 2.3F));
        const at::Tensor weight = at::randn({3, 2, 5, 5});
        (cast(x, f, a) * weight).sum().backward();

        double df = 0;
        std::int64_t overflows = 0;
        for (std::int64_t i = 0; i < x.numel(); ++i) {
          const double v = x.data_ptr<float>()[i], dy = weight.data_ptr<float>()[i];
          const Expected e = closed_form(v, a->format);
          EXPECT_EQ(x.grad().contiguous().data_ptr<float>()[i], static_cast<float>(e.dx * dy));
          df += e.df * dy;
          overflows += e.overflow;
        }
        EXPECT_NEAR(f.grad().item<double>(), df, 1e-4 * (1 + std::abs(df)))
            << fixed::to_string(a->format);
        EXPECT_EQ(count.overflows, overflows);
        EXPECT_EQ(count.values, x.numel());
        EXPECT_GT(overflows, 0);
      }
    }
  }
}

TEST(CastGradient, ReluMasksWhatIsNotPositive) {
  at::manual_seed(2);
  const auto a = assignment(4, false, {1}, fixed::Rounding::RND, fixed::Overflow::SAT);
  const at::Tensor x = leaf(at::randn({400}) * 5);
  const at::Tensor f = leaf(at::full({1}, 1.0F));
  ElementChain chain(x);
  chain.relu(f, a);
  chain.value().sum().backward();
  double df = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double v = x.data_ptr<float>()[i];
    const Expected e = closed_form(std::max(v, 0.0), a->format);
    EXPECT_EQ(x.grad().data_ptr<float>()[i], v > 0 ? e.dx : 0.0);
    df += e.df;
  }
  EXPECT_NEAR(f.grad().item<double>(), df, 1e-3 * std::abs(df));
}

TEST(CastGradient, ClipMasksItsBoundsAndWhatLiesBeyond) {
  at::manual_seed(2);
  // The format ends between the bounds.
  const auto a = assignment(5, true, {2}, fixed::Rounding::RND, fixed::Overflow::SAT);
  const graph::Clip bounds{.min = -3.25, .max = 4.5};
  const at::Tensor x = leaf(at::randint(-100, 100, {400}).to(at::kFloat) / 16);
  const at::Tensor f = leaf(at::full({1}, 2.0F));
  ElementChain chain(x);
  chain.clip(bounds, f, a);
  chain.value().sum().backward();
  double df = 0;
  int on_bounds = 0, overflows = 0;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double v = x.data_ptr<float>()[i];
    const Expected e = closed_form(std::clamp(v, bounds.min, bounds.max), a->format);
    EXPECT_EQ(x.grad().data_ptr<float>()[i], v > bounds.min && v < bounds.max ? e.dx : 0.0) << v;
    df += e.df;
    on_bounds += v == bounds.min || v == bounds.max;
    overflows += e.overflow;
  }
  EXPECT_NEAR(f.grad().item<double>(), df, 1e-3 * std::abs(df));
  EXPECT_GT(on_bounds, 0);
  EXPECT_GT(overflows, 0);
}

struct Clipped {
  at::Tensor y, dx, df;
  steps::OverflowCount count;
};

// As one stage, or as torch's hardtanh before a cast.
Clipped run_clip(const at::Tensor& values, const at::Tensor& dy, const graph::Clip& bounds,
                 const std::shared_ptr<steps::Assignment>& a, Road road, bool one_stage) {
  Clipped result;
  const at::Tensor x = leaf(values), f = leaf(at::full({1}, 1.0F));
  a->count = &result.count;
  ElementChain chain(one_stage ? x : at::hardtanh(x, bounds.min, bounds.max), road);
  if (one_stage) {
    chain.clip(bounds, f, a);
  } else {
    chain.cast(f, a);
  }
  chain.value().backward(dy);
  a->count = nullptr;
  result.y = chain.value().detach();
  result.dx = x.grad();
  result.df = f.grad();
  return result;
}

bool same(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && at::allclose(a, b, 0, 0, /*equal_nan=*/true);
}

TEST(CastGradient, AClipIsTorchsHardtanhBeforeACast) {
  at::manual_seed(8);
  std::mt19937_64 random(8);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (const fixed::Rounding rounding : kRoundings) {
    for (const fixed::Overflow overflow : kOverflows) {
      for (const auto type : {at::kFloat, at::kDouble}) {
        for (const bool special : {false, true}) {
          const bool is_signed = overflow == fixed::Overflow::WRAP_SM || between(0, 1) == 0;
          const auto a =
              assignment(between(1, 10), is_signed, {between(-1, 6)}, rounding, overflow);
          const bool wraps =
              overflow == fixed::Overflow::WRAP || overflow == fixed::Overflow::WRAP_SM;
          if (wraps && between(0, 2) == 0) a->format.wrap_bits = 1;
          const graph::Clip bounds{.min = between(-40, 0) / 16.0, .max = between(1, 100) / 16.0};
          at::Tensor x = at::randint(-128, 128, {3, 5, 9, 4}).to(type) / 16;
          if (special) {
            const double infinity = std::numeric_limits<double>::infinity();
            x.view({-1}).slice(0, 0, 9).copy_(
                at::tensor({std::nan(""), infinity, -infinity, bounds.min, bounds.max, -0.0, 1e30,
                            -1e30, 1e-40},
                           at::kDouble));
          }
          const at::Tensor dy = at::randn(x.sizes(), type);
          const Clipped before = run_clip(x, dy, bounds, a, Road::Fused, false);
          for (const Road road : {Road::Fused, Road::NodeByNode, Road::Operators}) {
            const Clipped after = run_clip(x, dy, bounds, a, road, true);
            EXPECT_TRUE(same(after.y, before.y)) << fixed::to_string(a->format);
            EXPECT_TRUE(same(after.dx, before.dx)) << fixed::to_string(a->format);
            if (road != Road::Operators)
              EXPECT_TRUE(same(after.df, before.df)) << fixed::to_string(a->format);
            else
              EXPECT_TRUE(at::allclose(after.df, before.df, 1e-4, 1e-3, true));
            EXPECT_EQ(after.count.overflows, before.count.overflows);
            EXPECT_EQ(after.count.values, x.numel());
          }
        }
      }
    }
  }
}

TEST(CastGradient, AddGivesBothOperandsTheSameGradient) {
  at::manual_seed(3);
  const auto a = assignment(5, true, {2}, fixed::Rounding::RND, fixed::Overflow::SAT);
  const at::Tensor left = leaf(at::randint(-40, 40, {200}).to(at::kFloat) / 8);
  const at::Tensor right = leaf(at::randint(-40, 40, {200}).to(at::kFloat) / 8);
  const at::Tensor f = leaf(at::full({1}, 2.0F));
  ElementChain chain(left);
  chain.add(right, f, a);
  chain.value().sum().backward();
  double df = 0;
  for (std::int64_t i = 0; i < left.numel(); ++i) {
    const Expected e =
        closed_form(left.data_ptr<float>()[i] + right.data_ptr<float>()[i], a->format);
    EXPECT_EQ(left.grad().data_ptr<float>()[i], e.dx);
    EXPECT_EQ(right.grad().data_ptr<float>()[i], e.dx);
    df += e.df;
  }
  EXPECT_NEAR(f.grad().item<double>(), df, 1e-3 * (1 + std::abs(df)));
}

TEST(CastGradient, ParametersHaveOnePointAChannel) {
  at::manual_seed(4);
  const auto a = assignment(6, true, {4, 2, 7}, fixed::Rounding::RND_CONV, fixed::Overflow::SAT);
  const at::Tensor x = leaf(at::randn({3, 2, 3, 3}));
  const at::Tensor f = leaf(at::full({3}, 4.0F));
  const at::Tensor y = parameter_cast(x, f, a);
  y.sum().backward();
  for (std::int64_t c = 0; c < 3; ++c) {
    fixed::Format format = a->format;
    format.int_bits = format.width - a->frac_bits[c];
    double df = 0;
    for (std::int64_t i = c * 18; i < (c + 1) * 18; ++i) {
      const double v = x.data_ptr<float>()[i];
      const Expected e = closed_form(v, format);
      EXPECT_EQ(y.data_ptr<float>()[i],
                fixed::to_double(fixed::raw_from_double(v, format), format.frac_bits()));
      EXPECT_EQ(x.grad().data_ptr<float>()[i], e.dx);
      df += e.df;
    }
    EXPECT_NEAR(f.grad().data_ptr<float>()[c], df, 1e-4 * (1 + std::abs(df)));
  }
}

TEST(CastGradient, KHotPassesStraightThrough) {
  at::manual_seed(5);
  for (const bool digits : {false, true}) {
    const auto a = assignment(8, true, {6}, fixed::Rounding::RND, fixed::Overflow::SAT);
    a->k_hot = 2;
    a->signed_digits = digits;
    const at::Tensor x = leaf(at::randn({300}));
    const at::Tensor f = leaf(at::full({1}, 6.0F));
    const at::Tensor y = parameter_cast(x, f, a);
    y.sum().backward();
    double df = 0;
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const double v = x.data_ptr<float>()[i];
      const std::int64_t q =
          fixed::project_khot(fixed::raw_from_double(v, a->format), 2, digits, a->format);
      EXPECT_EQ(y.data_ptr<float>()[i], fixed::to_double(q, 6));
      EXPECT_LE(fixed::count_digits(q, digits), 2);
      const Expected e = closed_form(v, a->format, 2, digits);
      EXPECT_EQ(x.grad().data_ptr<float>()[i], e.dx);
      df += e.df;
    }
    EXPECT_NEAR(f.grad().item<double>(), df, 1e-3 * (1 + std::abs(df)));
  }
}

TEST(CastGradient, ThreadsChangeNoBit) {
  at::manual_seed(6);
  const auto a = assignment(6, true, {3}, fixed::Rounding::RND, fixed::Overflow::SAT);
  const at::Tensor values = at::randn({8, 16, 40, 40}), weight = at::randn({8, 16, 40, 40});
  std::vector<float> gradients;
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    const at::Tensor x = leaf(values), f = leaf(at::full({1}, 3.0F));
    (cast(x, f, a) * weight).sum().backward();
    gradients.push_back(f.grad().item<float>());
  }
  at::set_num_threads(2);
  EXPECT_THAT(gradients, testing::Each(gradients[0]));
}

}  // namespace
}  // namespace qfx::train
