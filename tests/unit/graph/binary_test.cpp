// What a binarized network is made of: levels, thermometers, binary weights, sums that are rounded on
// their way.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "support/reference.h"
#include "support/small_models.h"
#include "unit/graph/formats.h"

#include "qfx/base/file.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/cost.h"
#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/thermometer.h"
#include "qfx/store/safetensors.h"

namespace qfx::graph {
namespace {

using test::chain;
using test::constant;

constexpr fixed::Format kPixel{.width = 8,
                               .int_bits = 8,
                               .is_signed = false,
                               .rounding = fixed::Rounding::RND,
                               .overflow = fixed::Overflow::SAT};

std::vector<std::int32_t> run(const FrozenModel& model, const std::vector<std::int32_t>& input) {
  return test::reference_run(model, input, 1).raw.back();
}

fixed::Format own(const Op& op) {
  return own_format(op).value();
}

// The level nearest to the value of every raw number, ties up, as real arithmetic finds it.
TEST(QuantSign, GivesTheNearestLevel) {
  const fixed::Format input{.width = 8, .int_bits = 3, .overflow = fixed::Overflow::SAT};
  for (int bits = 1; bits <= 4; ++bits) {
    const QuantSign levels{.bits = bits};
    const FrozenModel model = chain({1}, input, {{levels, own(levels), {}}});
    const int n = (1 << bits) - 1;
    for (int raw = -128; raw < 128; ++raw) {
      const double x = std::clamp(raw / 32.0, -1.0, 1.0);
      const auto level = static_cast<int>(2 * std::floor((x + 1) * n / 2 + 0.5)) - n;
      ASSERT_EQ(run(model, {raw}), (std::vector<std::int32_t>{level})) << bits << " " << raw;
    }
  }
}

TEST(QuantSign, HasTheFormatThatHoldsItsLevels) {
  Builder builder("net");
  builder.quant_sign(builder.input({3}), {.bits = 3});
  const Model model = builder.finish();
  EXPECT_EQ(model.nodes[1].spec.format(0),
            (fixed::Format{.width = 4,
                           .int_bits = 4,
                           .rounding = fixed::Rounding::RND,
                           .overflow = fixed::Overflow::SAT}));
  EXPECT_FALSE(model.nodes[1].spec.learned);
}

// FracBNN's input: round(pixel / 8), ties to even, is how many of 32 channels are +1.
TEST(Thermometer, CountsEveryPixelAsRoundingDoes) {
  const Thermometer thermometer{.levels = 32, .resolution = 8};
  const FrozenModel model = chain({1}, kPixel,
                                  {{thermometer,
                                    own(thermometer),
                                    {{Role::Threshold, make_thresholds(thermometer, kPixel, 1)}}}});
  for (int pixel = 0; pixel < 256; ++pixel) {
    const std::vector<std::int32_t> code = run(model, {pixel});
    for (int j = 0; j < 32; ++j)
      ASSERT_EQ(code[j], j < std::nearbyint(pixel / 8.0) ? 1 : -1) << pixel << " " << j;
  }
}

// A resolution that is no step of the grid, on values with fractions, and two channels.
TEST(Thermometer, FreezesToThresholdsOnItsInputsGrid) {
  Builder builder("net");
  const NodeId x = builder.input({2}, {.signed_samples = true});
  builder.thermometer(x, {.levels = 3, .resolution = 0.3});
  Model model = builder.finish();
  model.nodes[0].spec.width = 6;
  model.nodes[0].frac_bits = {4};
  const FrozenModel frozen = freeze(model);
  // 0.15, 0.45 and 0.75 in sixteenths: 2.4, 7.2 and 12, which is 2.5 steps and rounds to 2
  const FrozenParam& thresholds = frozen.nodes[1].params.at(Role::Threshold);
  EXPECT_EQ(thresholds.raw, (std::vector<std::int32_t>{3, 8, 13, 3, 8, 13}));
  EXPECT_EQ(thresholds.format.width, 7);
  EXPECT_EQ(thresholds.format.frac_bits(), 4);
  EXPECT_EQ(run(frozen, {2, 8}), (std::vector<std::int32_t>{-1, -1, -1, 1, 1, -1}));
}

test::Link binary_linear(std::vector<std::int32_t> raw) {
  FrozenParam weight = constant({2, static_cast<std::int64_t>(raw.size()) / 2}, raw, 2, 2);
  weight.format = own_format(Linear{.binary = true}, Role::Weight).value();
  return {Linear{.out_features = 2, .has_bias = false, .binary = true},
          kWide,
          {{Role::Weight, weight}}};
}

TEST(BinaryWeights, AreOneBitEachInTheFile) {
  const FrozenModel model = chain({5}, kByte, {binary_linear({1, -1, -1, 1, 1, 1, 1, -1, 1, -1})});
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "model.qfx";
  save(model, path);
  EXPECT_EQ(load_frozen(path), model);
  EXPECT_EQ(store::parse_safetensors(read_file(path), path).tensors.at("n1.weight"),
            store::make_tensor<std::uint8_t>({2}, std::vector<std::uint8_t>{0b01111001, 0b01}));
}

TEST(BinaryWeights, ArePlusOneAboveZeroOnly) {
  Builder builder("net");
  builder.linear(builder.input({3}), {.out_features = 1, .has_bias = false, .binary = true});
  Model model = builder.finish();
  for (Node& node : model.nodes) node.frac_bits = {0};
  model.nodes[1].params.at(Role::Weight).values = {0.001F, 0.0F, -7.0F};
  EXPECT_EQ(freeze(model).nodes[1].params.at(Role::Weight).raw,
            (std::vector<std::int32_t>{1, -1, -1}));
}

TEST(BinaryWeights, CostNoProducts) {
  const Analyzed model(chain({5}, kByte, {binary_linear({1, -1, -1, 1, 1, 1, 1, -1, 1, -1})}));
  const Cost cost = cost_of(model, 1);
  EXPECT_TRUE(cost.multiplies.empty());
  EXPECT_TRUE(cost.shifts.empty());
  EXPECT_EQ(total(cost.adds), 2 * 4);
}

// x = -3, -1, 1, 3 are two bits each: the first alone gives -2, -2, 2, 2.
TEST(FractionalConv2d, AddsTheSecondBitAboveTheThreshold) {
  const QuantSign levels{.bits = 2};
  const FractionalConv2d conv{.out_channels = 2};
  FrozenParam weight = constant({2, 2, 1, 1}, {1, 1, 1, -1}, 2, 2);
  weight.format = own_format(conv, Role::Weight).value();
  const FrozenParam threshold = constant({2}, {3, -1}, 8, 8);
  const FrozenModel model =
      chain({2, 1, 1}, kByte,
            {{levels, own(levels), {}},
             {conv, kWide, {{Role::Weight, weight}, {Role::Threshold, threshold}}}});
  // 16 is 1: levels 3 and 3; coarse sums 4 and 0, full sums 6 and 0
  EXPECT_EQ(run(model, {16, 16}), (std::vector<std::int32_t>{6, 0}));
  // levels 1 and 1: 4 > 3 gives the full sum of 2
  EXPECT_EQ(run(model, {1, 1}), (std::vector<std::int32_t>{2, 0}));
  // levels -3 and 1: coarse 0 and -4, neither above its threshold
  EXPECT_EQ(run(model, {-16, 1}), (std::vector<std::int32_t>{0, -4}));
}

// 100 + 100 stays at 127, and -100 brings it to 27: another order would give 100.
TEST(Accumulator, RoundsInTheOrderOfTheInputs) {
  Linear linear{.out_features = 1, .has_bias = true};
  linear.accumulator = fixed::Format{.width = 8,
                                     .int_bits = 8,
                                     .rounding = fixed::Rounding::RND,
                                     .overflow = fixed::Overflow::SAT};
  const fixed::Format whole{.width = 8, .int_bits = 8, .overflow = fixed::Overflow::SAT};
  const FrozenModel model = chain({2}, whole,
                                  {{linear,
                                    kWide,
                                    {{Role::Weight, constant({1, 2}, {1, 1}, 2, 2)},
                                     {Role::Bias, constant({1}, {100}, 8, 8)}}}});
  EXPECT_EQ(run(model, {100, -100}), (std::vector<std::int32_t>{27}));
  EXPECT_EQ(run(model, {-100, 100}), (std::vector<std::int32_t>{100}));
  const Analyzed analyzed(model);
  EXPECT_EQ(analyzed.range(1).accumulator, (Interval{-128, 127}));
  EXPECT_EQ(analyzed.range(1).accumulator_frac_bits, 0);
}

}  // namespace
}  // namespace qfx::graph
