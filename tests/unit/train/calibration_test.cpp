// Calibration of a whole network: in batches, with channels that are silent, and what it loses.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/calibration/calibrate.h"
#include "train/calibration/histogram.h"
#include "train/calibration/zeros.h"
#include "train/network/fixed_forward.h"
#include "train/network/initial_statistics.h"
#include "train/network/point_limits.h"
#include "train/network/samples_at_once.h"
#include "train/samples/samples.h"

#include "qfx/base/error.h"
#include "qfx/graph/analyzed.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"

namespace qfx::train {
namespace {

using frontends::CalibrationMethod;
using graph::Role;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

at::Tensor images(std::int64_t count) {
  at::manual_seed(3);
  return at::rand({count, 3, 8, 8});
}

// A block with a residual, a flatten and all that a batch_norm needs.
graph::Model residual_model() {
  graph::Builder builder("m", 5);
  auto x = builder.input({3, 8, 8}, {});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}, "conv1");
  x = builder.relu(builder.batch_norm(x, {}, "bn1"), "relu1");
  auto y = builder.conv2d(
      x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .has_bias = true}, "conv2");
  x = builder.relu(builder.add(builder.batch_norm(y, {}, "bn2"), x, "add"), "relu2");
  builder.linear(builder.flatten(x), {.out_features = 4}, "fc");
  return builder.finish();
}

SampleBatches in_batches(const at::Tensor& all, std::int64_t batch) {
  return {all.size(0), batch, [all](std::int64_t first, std::int64_t count) {
            return all.slice(0, first, first + count).contiguous();
          }};
}

Point& point_named(Network& network, const std::string& name) {
  for (Point* point : network.points()) {
    if (point->tensor == name) return *point;
  }
  internal_error("no tensor {}", name);
}

class Batches : public ::testing::TestWithParam<CalibrationMethod> {};

TEST_P(Batches, GiveThePointsOfAllSamplesAtOnce) {
  const at::Tensor samples = images(40);
  const frontends::Calibration calibration{.method = GetParam(), .percentile = 99};
  Network whole(residual_model()), parts(residual_model());
  calibrate_network(whole, calibration, one_batch(samples));
  std::int64_t steps_seen = 0;
  calibrate_network(parts, calibration, in_batches(samples, 7),
                    [&](std::int64_t step, std::int64_t steps) {
                      EXPECT_GT(step, steps_seen);
                      EXPECT_LE(step, steps);
                      steps_seen = step;
                    });
  EXPECT_GT(steps_seen, 6);
  for (const Point* point : whole.points())
    EXPECT_EQ(point->frac_bits, point_named(parts, point->tensor).frac_bits) << point->tensor;
  const auto at_once = histograms(whole, one_batch(samples)),
             added_up = histograms(parts, in_batches(samples, 7));
  ASSERT_EQ(at_once.size(), added_up.size());
  for (std::size_t i = 0; i < at_once.size(); ++i)
    EXPECT_EQ(at_once[i].histogram.counts, added_up[i].histogram.counts) << at_once[i].tensor;
}

INSTANTIATE_TEST_SUITE_P(Methods, Batches,
                         ::testing::Values(CalibrationMethod::Max, CalibrationMethod::Mean3Sd,
                                           CalibrationMethod::Percentile, CalibrationMethod::Mse,
                                           CalibrationMethod::Kl));

TEST(SamplesAtOnce, AreFewerWhereTheyAreLarge) {
  const auto network = [](std::int64_t side) {
    graph::Builder builder("m", 5);
    auto x = builder.input({3, side, side}, {});
    x = builder.conv2d(x, {.out_channels = 64, .kernel = {3, 3}, .padding = {1, 1}}, "conv");
    builder.linear(builder.flatten(builder.global_avg_pool2d(x)), {.out_features = 4});
    return std::make_unique<Network>(builder.finish());
  };
  EXPECT_EQ(samples_at_once(*network(8), 250), 250);
  EXPECT_LE(samples_at_once(*network(224), 400), 8);
  EXPECT_GE(samples_at_once(*network(224), 400), 1);
}

graph::Model two_layers(graph::Granularity granularity) {
  graph::Builder builder("m", 5);
  auto x = builder.linear(builder.input({4}, {.signed_samples = true}),
                          {.out_features = 8, .has_bias = true}, "fc1");
  builder.linear(builder.relu(x), {.out_features = 2}, "out");
  graph::Model model = builder.finish();
  model.nodes[1].params.at(Role::Weight).spec.granularity = granularity;
  return model;
}

// One unit's weights have decayed: from "small" to "nothing that float32 holds well".
TEST(IdleChannel, ItsSumsAreAsWideAsTheOthers) {
  at::manual_seed(4);
  const at::Tensor samples = at::randn({64, 4});
  const auto width = [&](float factor, graph::Granularity granularity, int channels) {
    graph::Model model = two_layers(granularity);
    std::vector<float>& weights = model.nodes[1].params.at(Role::Weight).values;
    for (int i = 0; i < 4 * channels; ++i) weights[i] *= factor;
    Network network(std::move(model));
    calibrate_network(network, {}, one_batch(samples));
    const graph::Analyzed proved(graph::freeze(network.updated_model()));
    return proved.range(1).accumulator_width;
  };
  const int usual = width(1, graph::Granularity::PerChannel, 1);
  for (const float factor : {1e-6F, 1e-9F, 1e-13F, 1e-15F, 1e-18F, 1e-19F, 1e-30F, 0.0F})
    EXPECT_EQ(width(factor, graph::Granularity::PerChannel, 1), usual) << factor;
  for (const float factor : {1e-1F, 1e-2F, 1e-3F})
    EXPECT_LE(width(factor, graph::Granularity::PerChannel, 1), usual + 8) << factor;
  for (const float factor : {1e-6F, 1e-15F, 1e-30F})
    EXPECT_LE(width(factor, graph::Granularity::PerTensor, 8), usual + 12) << factor;
}

// A point that training has moved too far is brought back, and idle channels at the end.
TEST(IdleChannel, LearnedPointsStayWhereTheyAreSeen) {
  Network network(two_layers(graph::Granularity::PerChannel));
  at::manual_seed(4);
  calibrate_network(network, {}, one_batch(at::randn({64, 4})));
  Point& weight = point_named(network, "fc1.weight");
  const std::vector<float> calibrated = weight.values();
  std::vector<float> moved = calibrated;
  moved[3] = 55.3F;
  weight.set(moved);
  limit_points(network, [](const Point& point) { return point.trains(); });
  EXPECT_LT(weight.frac_bits[3], 25);
  EXPECT_EQ(weight.values()[0], calibrated[0]) << "the others stay";
  const int limit = weight.frac_bits[3];
  limit_points(network, [](const Point&) { return false; });
  EXPECT_EQ(weight.frac_bits[3], limit);

  Parameter& parameter = network.layers()[1].params.at(Role::Weight);
  {
    const at::NoGradGuard no_grad;
    parameter.value[3].fill_(1e-12);
  }
  settle_learned_points(network);
  std::vector<int> others = weight.frac_bits;
  others.erase(others.begin() + 3);
  EXPECT_EQ(weight.frac_bits[3], *std::ranges::max_element(others));
}

// Channel 2 of the samples holds 0.5 throughout.
TEST(SilentChannel, DoesNotCostTheOthersTheirBits) {
  const auto calibrated = [](bool is_silent, std::vector<CalibrationNote>& notes) {
    graph::Builder builder("m", 5);
    auto x = builder.batch_norm(builder.input({3, 8, 8}, {}), {}, "bn0");
    builder.linear(builder.flatten(builder.global_avg_pool2d(x)), {.out_features = 2});
    graph::Model model = builder.finish();
    auto& statistics = model.nodes[1].statistics;
    statistics[graph::Statistic::RunningMean] = {0.5F, 0.5F, 0.5F};
    statistics[graph::Statistic::RunningVar] = {0.08F, 0.09F, is_silent ? 1e-9F : 0.1F};
    statistics[graph::Statistic::Beta] = {0.1F, 0.2F, 0.3F};
    auto network = std::make_unique<Network>(model);
    at::Tensor samples = images(32);
    if (is_silent) samples.select(1, 2).fill_(0.5);
    notes = calibrate_network(*network, {}, one_batch(samples));
    return network;
  };
  std::vector<CalibrationNote> notes;
  const auto living = calibrated(false, notes);
  EXPECT_TRUE(notes.empty());
  const auto silent = calibrated(true, notes);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].tensor, "bn0");
  EXPECT_THAT(notes[0].text, HasSubstr("channel 2"));
  for (const char* tensor : {"bn0.scale", "bn0.offset", "bn0"})
    EXPECT_EQ(point_named(*silent, tensor).frac_bits, point_named(*living, tensor).frac_bits)
        << tensor;
  // The channel's output is what batch_norm makes of a constant: beta.
  at::Tensor samples = images(4);
  samples.select(1, 2).fill_(0.5);
  std::vector<at::Tensor> values;
  const at::NoGradGuard no_grad;
  fixed_forward(*silent, samples, {}, &values);
  const double step = std::ldexp(1.0, -point_named(*silent, "bn0").frac_bits[0]);
  EXPECT_NEAR(values[1].select(1, 2).max().item<double>(), 0.3, step);
  EXPECT_NEAR(values[1].select(1, 2).min().item<double>(), 0.3, step);
}

const Zeros& zeros_of(const std::vector<Zeros>& all, const std::string& tensor) {
  const auto found = std::ranges::find(all, tensor, &Zeros::tensor);
  if (found == all.end()) internal_error("no tensor {}", tensor);
  return *found;
}

TEST(ZerosOf, ATensorThatItsStepIsTooCoarseFor) {
  graph::Model model = two_layers(graph::Granularity::PerTensor);
  graph::QuantSpec& spec = model.nodes[1].params.at(Role::Weight).spec;
  spec = {.width = 4, .int_bits = 4};
  for (float& weight : model.nodes[1].params.at(Role::Weight).values) weight = 0.2F;
  Network network(model);
  at::manual_seed(4);
  const SampleBatches samples = one_batch(at::randn({64, 4}));
  calibrate_network(network, {}, samples);
  const std::vector<Zeros> all = count_zeros(network, samples);
  const Zeros& weight = zeros_of(all, "fc1.weight");
  EXPECT_EQ(weight.values, 32);
  EXPECT_EQ(weight.zeros, 32);
  EXPECT_THAT(*advice_on(weight, network),
              AllOf(HasSubstr("every value of 'fc1.weight' rounds to 0"), HasSubstr("fixed<4,4"),
                    HasSubstr("steps of 1"), HasSubstr("[format.weights] int_bits = -1")));
  EXPECT_FALSE(advice_on(zeros_of(all, "out.weight"), network)) << "nothing is lost there";
  EXPECT_EQ(fractions_of(all).at("fc1.weight"), 1);
  EXPECT_LT(fractions_of(all).at("out.weight"), 0.1);
}

TEST(ZerosOf, AColumnMuchSmallerThanTheOthers) {
  Network network(two_layers(graph::Granularity::PerTensor));
  at::manual_seed(4);
  const at::Tensor all = at::rand({64, 4}) * at::tensor(at::ArrayRef<float>{1, 700, 50, 30});
  calibrate_network(network, {}, one_batch(all));
  const std::vector<Zeros> zeros = count_zeros(network, in_batches(all, 20));
  const Zeros& input = zeros_of(zeros, network.node(0).name);
  EXPECT_THAT(input.channels, ElementsAre(0));
  EXPECT_THAT(*advice_on(input, network),
              AllOf(HasSubstr("column 0 of 'input' rounds to 0"), HasSubstr("normalize")));
}

TEST(ZerosOf, AScaleThatMatters) {
  graph::Builder builder("m", 5);
  auto x = builder.batch_norm(builder.input({3, 8, 8}, {}), {}, "bn0");
  builder.linear(builder.flatten(builder.global_avg_pool2d(x)), {.out_features = 2});
  graph::Model model = builder.finish();
  model.nodes[1].statistics[graph::Statistic::Gamma] = {1, 500, 1e-6F};
  Network network(model);
  const SampleBatches samples = one_batch(images(32));
  // The output shows what is 1/16 and more, the scale has steps of 4.
  network.layers()[1].params.at(Role::Scale).point.set({-2});
  network.layers()[1].output.set({4});
  calibrate_network(network, {}, samples);
  const std::vector<Zeros> all = count_zeros(network, samples);
  EXPECT_EQ(zeros_of(all, "bn0.scale").zeros, 2);
  EXPECT_THAT(zeros_of(all, "bn0.scale").channels, ElementsAre(0))
      << "channel 2's would not be seen in any format";
  EXPECT_THAT(*advice_on(zeros_of(all, "bn0.scale"), network),
              AllOf(HasSubstr("channel 0 of 'bn0.scale' rounds to 0"),
                    HasSubstr("[format.scales] granularity = \"channel\"")));
}

TEST(ZerosOf, ASlope) {
  graph::Builder builder("m", 5);
  builder.linear(builder.leaky_relu(builder.input({4}, {.signed_samples = true}),
                                    {.negative_slope = 0.01}, "act1"),
                 {.out_features = 2});
  graph::Model model = builder.finish();
  model.nodes[1].params.at(Role::Slope).spec.int_bits = 4;
  Network network(model);
  at::manual_seed(4);
  const SampleBatches samples = one_batch(at::randn({64, 4}));
  calibrate_network(network, {}, samples);
  const std::vector<Zeros> all = count_zeros(network, samples);
  EXPECT_THAT(*advice_on(zeros_of(all, "act1.slope"), network),
              AllOf(HasSubstr("the value of 'act1.slope' rounds to 0"),
                    HasSubstr("[format.slopes] int_bits = -5")));
}

// Without a float phase batch_norms have seen nothing; their points are for what they will see.
TEST(InitialStatistics, AreThoseOfTheSamples) {
  Network network(residual_model());
  const at::Tensor samples = images(32);
  take_initial_statistics(network, samples);
  std::vector<at::Tensor> before;
  const Layer& bn1 = network.layers()[2];
  const at::Tensor conv =
      at::conv2d(samples, network.layers()[1].params.at(Role::Weight).value.detach(), {}, 1, 1);
  EXPECT_TRUE(at::allclose(bn1.running_mean, conv.mean({0, 2, 3}), 1e-3, 1e-4));
  EXPECT_TRUE(at::allclose(bn1.running_var, conv.var({0, 2, 3}), 1e-3, 1e-5));
  const at::Tensor taken = bn1.running_var.clone();
  take_initial_statistics(network, images(16));
  EXPECT_TRUE(taken.equal(bn1.running_var)) << "those of a trained network stay";
}

// Offsets of zeros say nothing about their range; the output's does.
TEST(ZeroOffsets, GetTheRangeOfTheirOutput) {
  Network network(residual_model());
  calibrate_network(network, {}, one_batch(images(32)));
  EXPECT_EQ(point_named(network, "bn1.offset").frac_bits, point_named(network, "bn1").frac_bits);
}

}  // namespace
}  // namespace qfx::train
