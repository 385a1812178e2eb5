// A chain's two passes, without torch: values against the stages one by one, gradients against
// differences of a loss, on one thread and on several.
#include "qfx/steps/chain.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "unit/steps/one_thread.h"

namespace qfx::steps {
namespace {

constexpr int kFracBits = 20;
constexpr kernels::Extent kExtent{3, 2, 5};

// Every part on a thread of its own, the last one first.
void many_threads(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  std::vector<std::thread> threads;
  for (std::int64_t i = count - 1; i >= 0; --i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

// So fine that casting hardly matters.
AssignmentPtr fine(OverflowCount* count = nullptr) {
  return std::make_shared<Assignment>(Assignment{.format = {.width = 30,
                                                            .int_bits = 30 - kFracBits,
                                                            .rounding = fixed::Rounding::RND,
                                                            .overflow = fixed::Overflow::SAT},
                                                 .frac_bits = {kFracBits},
                                                 .count = count});
}

std::vector<double> random_values(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& v : values) v = std::round(normal(generator) * 4096) / 4096;
  return values;
}

// y = relu(slope-like prelu(batch_norm(x + side))) of the batch's own statistics.
struct Net {
  std::vector<double> x = random_values(kExtent.size(), 1), side = random_values(kExtent.size(), 2);
  std::vector<float> gamma{1.5F, -0.75F}, beta{0.25F, 0.5F}, point{kFracBits};
  std::vector<double> slope{0.25, 0.5};
  std::shared_ptr<Moments> measured = std::make_shared<Moments>();
  OverflowCount count;

  // Positions: x, side, its point, gamma, beta, the pair's points, a point, slope, a point.
  std::vector<Stage> stages() {
    const BatchNormCasts casts{.scale = fine(), .offset = fine(), .input = {12, 1e6}, .node = "bn"};
    return {{AddStage{1}, fine(), 2},
            {BatchNormStage{3, 4, 5, 6, casts, measured}, fine(), 7},
            {PreluStage{8, Carrier::Float64}, fine(&count), 9}};
  }
  std::vector<ChainRun<double>::Operand> inputs() const {
    const float* none = point.data();
    return {x.data(), side.data(), none, gamma.data(), beta.data(),
            none,     none,        none, slope.data(), none};
  }
  std::vector<double> output(const Loop& loop = one_thread) {
    std::vector<double> y(x.size());
    ChainRun<double>(stages(), kExtent, loop).forward(inputs(), y.data());
    return y;
  }
};

double loss(Net& net, const std::vector<double>& weight) {
  const std::vector<double> y = net.output();
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += weight[i] * y[i];
  return sum;
}

TEST(Chain, HasTheStagesValues) {
  Net net;
  const std::vector<double> y = net.output();
  for (std::int64_t c = 0; c < kExtent.channels; ++c) {
    const auto each = [&](const auto& use) {
      for (std::int64_t n = 0; n < kExtent.outer; ++n)
        for (std::int64_t i = 0; i < kExtent.inner; ++i)
          use(static_cast<std::size_t>((n * kExtent.channels + c) * kExtent.inner + i));
    };
    const auto channel = static_cast<std::size_t>(c);
    double sum = 0, squares = 0;
    each([&](std::size_t i) { sum += net.x[i] + net.side[i]; });
    const double count = kExtent.outer * kExtent.inner, mean = sum / count;
    each([&](std::size_t i) { squares += std::pow(net.x[i] + net.side[i] - mean, 2); });
    const double variance = squares / count;
    EXPECT_NEAR(net.measured->mean[channel], mean, 1e-9);
    EXPECT_NEAR(net.measured->variance[channel], variance, 1e-9);
    each([&](std::size_t i) {
      const double normal = (net.x[i] + net.side[i] - mean) / std::sqrt(variance + 1e-5);
      const double v = net.gamma[channel] * normal + net.beta[channel];
      EXPECT_NEAR(y[i], v > 0 ? v : net.slope[channel] * v, 1e-5);
    });
  }
  EXPECT_EQ(net.measured->values, kExtent.outer * kExtent.inner);
}

// Central differences; the casts' steps of 2^-20 are small beside them.
template <class Values>
void expect_slope(Net& net, const std::vector<double>& weight, Values& values, std::size_t i,
                  double gradient) {
  constexpr double kStep = 1.0 / 256;
  const auto before = values[i];
  values[i] = static_cast<typename Values::value_type>(before + kStep);
  const double above = loss(net, weight);
  values[i] = static_cast<typename Values::value_type>(before - kStep);
  const double below = loss(net, weight);
  values[i] = before;
  EXPECT_NEAR(gradient, (above - below) / (2 * kStep), 5e-3 * (1 + std::abs(gradient)));
}

TEST(Chain, HasTheSlopesOfItsLoss) {
  Net net;
  const std::vector<double> weight = random_values(kExtent.size(), 3);
  std::vector<double> y(net.x.size()), dx(net.x.size()), d_side(net.x.size());
  ChainRun<double> run(net.stages(), kExtent, one_thread);
  run.forward(net.inputs(), y.data());
  std::vector<double*> d_inputs(net.inputs().size());
  d_inputs[0] = dx.data();
  d_inputs[1] = d_side.data();
  const auto small = run.backward(net.inputs(), weight.data(), d_inputs);
  EXPECT_EQ(dx, d_side) << "a sum gives both the same";
  EXPECT_EQ(net.count.values, kExtent.size());
  EXPECT_EQ(net.count.overflows, 0);
  // A kink of the prelu inside a difference shows in neither of these.
  for (std::size_t i = 0; i < net.x.size(); i += 4) expect_slope(net, weight, net.x, i, dx[i]);
  for (std::size_t c = 0; c < 2; ++c) {
    expect_slope(net, weight, net.gamma, c, small.at(3)[c]);
    expect_slope(net, weight, net.beta, c, small.at(4)[c]);
    expect_slope(net, weight, net.slope, c, small.at(8)[c]);
  }
  for (const int point : {2, 5, 6, 7, 9}) EXPECT_EQ(small.at(point).size(), 1u);
}

TEST(Chain, DoesNotDependOnTheThreads) {
  const kernels::Extent extent{64, 32, 128};  // several blocks
  ASSERT_GT(Blocks(extent).count(), 2);
  const std::vector<double> x = random_values(extent.size(), 4);
  const std::vector<float> gamma(32, 1.5F), beta(32, 0.5F), point{kFracBits};
  const auto result = [&](const Loop& loop) {
    const BatchNormCasts casts{.scale = fine(), .offset = fine(), .input = {12, 1e6}, .node = "bn"};
    ChainRun<double> run({{BatchNormStage{1, 2, 3, 4, casts, nullptr}, fine(), 5}}, extent, loop);
    const std::vector<ChainRun<double>::Operand> inputs{x.data(),     gamma.data(), beta.data(),
                                                        point.data(), point.data(), point.data()};
    std::vector<double> y(x.size()), dx(x.size());
    run.forward(inputs, y.data());
    const auto small =
        run.backward(inputs, x.data(), {dx.data(), nullptr, nullptr, nullptr, nullptr, nullptr});
    return std::tuple(y, dx, small);
  };
  EXPECT_EQ(result(one_thread), result(many_threads));
}

}  // namespace
}  // namespace qfx::steps
