#include "qfx/graph/range.h"

#include <gtest/gtest.h>

#include "graph/exact/cast_interval.h"
#include "support/small_models.h"
#include "unit/graph/formats.h"

namespace qfx::graph {
namespace {

using test::chain;
using test::constant;

constexpr fixed::Format kUnsigned8{
    .width = 8, .int_bits = 8, .is_signed = false, .overflow = fixed::Overflow::SAT};

TEST(WidthFor, IsTheSmallest) {
  EXPECT_EQ(width_for({0, 0}, true), 1);
  EXPECT_EQ(width_for({0, 0}, false), 1);
  EXPECT_EQ(width_for({-1, 0}, true), 1);
  EXPECT_EQ(width_for({0, 1}, true), 2);
  EXPECT_EQ(width_for({0, 1}, false), 1);
  EXPECT_EQ(width_for({-128, 127}, true), 8);
  EXPECT_EQ(width_for({-128, 128}, true), 9);
  EXPECT_EQ(width_for({0, 255}, false), 8);
  EXPECT_EQ(width_for({INT64_MIN, 0}, true), 64);
  EXPECT_EQ(width_for({0, INT64_MAX}, false), 63);
}

TEST(HeldRange, LeavesOutWhatSymmetricSaturationNeverGives) {
  fixed::Format format{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT_SYM};
  EXPECT_EQ(held_range(format), (Interval{-7, 7}));
  format.width = format.int_bits = 1;
  EXPECT_EQ(held_range(format), (Interval{-1, 0}));
  format.overflow = fixed::Overflow::SAT;
  format.width = format.int_bits = 4;
  EXPECT_EQ(held_range(format), (Interval{-8, 7}));
}

// Without padding the sum is exact in its positive and negative parts; with it, any term may be
// zero.
TEST(AnalyzeRanges, ConvolutionTakesTheSignsOfItsWeights) {
  Conv2d conv{.out_channels = 2, .kernel = {1, 2}};
  const FrozenParam weight = constant({2, 1, 1, 2}, {3, -2, 5, 4}, 4, 4);
  FrozenModel model = chain({1, 4, 4}, kUnsigned8, {{conv, kWide, {{Role::Weight, weight}}}});
  NodeRange range = analyze_ranges(model)[1];
  EXPECT_EQ(range.output, (Interval{-2 * 255, 9 * 255}));
  EXPECT_EQ(range.accumulator, (Interval{-2 * 255, 9 * 255}));
  EXPECT_EQ(range.accumulator_width, 13);
  EXPECT_EQ(range.accumulator_frac_bits, 0);
  EXPECT_FALSE(range.can_overflow);

  // Of signed input -8..7, both weights 1: the sum is at least -16; a narrow output clamps it.
  const fixed::Format input{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  const fixed::Format narrow{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  model = chain({1, 4, 4}, input,
                {{conv, narrow, {{Role::Weight, constant({2, 1, 1, 2}, {1, 1, 0, 0}, 4, 4)}}}});
  range = analyze_ranges(model)[1];
  EXPECT_EQ(range.accumulator, (Interval{-16, 14}));
  EXPECT_EQ(range.output, (Interval{-8, 7}));
  EXPECT_TRUE(range.can_overflow);
}

// A bias of 300 lifts the final sum above zero, but partial sums still begin below.
TEST(AnalyzeRanges, AccumulatorCoversPartialSumsAndOutputOnlyTheFinalOne) {
  const Linear linear{.out_features = 1, .has_bias = true};
  const FrozenModel model = chain({1}, kUnsigned8,
                                  {{linear,
                                    kWide,
                                    {{Role::Weight, constant({1, 1}, {-1}, 2, 2)},
                                     {Role::Bias, constant({1}, {300}, 10, 10)}}}});
  const NodeRange range = analyze_ranges(model)[1];
  EXPECT_EQ(range.accumulator, (Interval{-255, 300}));
  EXPECT_EQ(range.output, (Interval{45, 300}));
}

TEST(AnalyzeRanges, ZeroPaddingMayReplaceAnyTerm) {
  const Conv2d conv{.out_channels = 1, .kernel = {1, 1}, .padding = {1, 0}, .has_bias = true};
  // the first node's bias lifts the second one's input above zero
  const FrozenModel model = chain({1, 2, 2}, kUnsigned8,
                                  {{Conv2d{.has_bias = true},
                                    kWide,
                                    {{Role::Weight, constant({1, 1, 1, 1}, {1}, 2, 2)},
                                     {Role::Bias, constant({1}, {7}, 8, 8)}}},
                                   {conv,
                                    kWide,
                                    {{Role::Weight, constant({1, 1, 1, 1}, {1}, 2, 2)},
                                     {Role::Bias, constant({1}, {0}, 8, 8)}}}});
  const auto ranges = analyze_ranges(model);
  EXPECT_EQ(ranges[1].output, (Interval{7, 262}));
  EXPECT_EQ(ranges[2].output, (Interval{0, 262}));
}

// Channel 0 is scaled by 1/2, channel 1 by 2: each on a grid of its own, the accumulator on the
// finer.
TEST(AnalyzeRanges, AlignsChannelsAtTheFinestPoint) {
  FrozenParam weight = constant({2, 1}, {1, 1}, 2, 1);
  weight.channel_frac_bits = {1, -1};
  const FrozenModel model =
      chain({1}, kUnsigned8,
            {{Linear{.out_features = 2, .has_bias = false}, kWide, {{Role::Weight, weight}}}});
  const NodeRange range = analyze_ranges(model)[1];
  EXPECT_EQ(range.accumulator_frac_bits, 1);
  EXPECT_EQ(range.accumulator, (Interval{0, 255 * 4}));
  EXPECT_EQ(range.output, (Interval{0, 510}));
}

// After a channel-wise scale, each channel keeps its own bounds through relu and flatten into a
// linear.
TEST(AnalyzeRanges, KeepsChannelsApart) {
  const FrozenModel model = chain(
      {2, 1, 2}, kUnsigned8,
      {{BatchNorm{},
        kWide,
        {{Role::Scale, constant({2}, {1, -1}, 2, 2)}, {Role::Offset, constant({2}, {0, 0}, 2, 2)}}},
       {Relu{}, kWide, {}},
       {Flatten{}, kWide, {}},
       {Linear{.out_features = 1, .has_bias = false},
        kWide,
        {{Role::Weight, constant({1, 4}, {1, 1, 100, 100}, 8, 8)}}}});
  const auto ranges = analyze_ranges(model);
  EXPECT_EQ(ranges[1].output, (Interval{-255, 255}));
  EXPECT_EQ(ranges[2].output, (Interval{0, 255}));
  EXPECT_EQ(ranges[4].output, (Interval{0, 510})) << "channel 1 is never positive";
}

TEST(AnalyzeRanges, PoolsSumTheirWindow) {
  const auto ranges = analyze_ranges(
      chain({1, 4, 4}, kUnsigned8,
            {{AvgPool2d{.kernel = {2, 2}, .stride = {1, 1}, .padding = {1, 1}}, kUnsigned8, {}},
             {MaxPool2d{}, kUnsigned8, {}},
             {GlobalAvgPool2d{}, kUnsigned8, {}}}));
  EXPECT_EQ(ranges[1].accumulator, (Interval{0, 4 * 255}));
  EXPECT_EQ(ranges[1].output, (Interval{0, 255}));
  EXPECT_FALSE(ranges[1].can_overflow);
  EXPECT_EQ(ranges[2].accumulator, (Interval{0, 255}));
  EXPECT_EQ(ranges[3].accumulator, (Interval{0, 4 * 255}));
}

TEST(AnalyzeRanges, AddJoinsTwoGrids) {
  FrozenModel model =
      chain({1}, kUnsigned8,
            {{Cast{}, {.width = 10, .int_bits = 8, .is_signed = false}, {}}, {Add{}, kWide, {}}});
  model.nodes[2].inputs = {0, 1};
  const NodeRange range = analyze_ranges(model)[2];
  EXPECT_EQ(range.accumulator_frac_bits, 2);
  EXPECT_EQ(range.accumulator, (Interval{0, 2 * 255 * 4}));
  EXPECT_EQ(range.output, (Interval{0, 510}));
}

TEST(AnalyzeRanges, DifferencesAndProductsOfTwoGrids) {
  // a: 0..255; b: the same in quarters, less one half a time: -1020..0 in the difference
  const fixed::Format quarters{.width = 10, .int_bits = 8, .is_signed = false};
  FrozenModel model = chain({1}, kUnsigned8, {{Cast{}, quarters, {}}, {Sub{}, kWide, {}}});
  model.nodes[2].inputs = {0, 1};
  NodeRange range = analyze_ranges(model)[2];
  EXPECT_EQ(range.accumulator_frac_bits, 2);
  EXPECT_EQ(range.accumulator, (Interval{-255 * 4, 255 * 4}));
  EXPECT_EQ(range.output, (Interval{-255, 255}));

  const fixed::Format input{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  range = analyze_ranges(chain({1}, input, {{Mul{}, kWide, {}}}))[1];
  // -8..7 times -8..7, whatever the analysis knows about the two being one
  EXPECT_EQ(range.accumulator, (Interval{-56, 64}));
  EXPECT_EQ(range.accumulator_width, 8);
}

TEST(AnalyzeRanges, ConcatKeepsItsInputsApart) {
  FrozenModel model = chain(
      {2, 1, 1}, kUnsigned8,
      {{BatchNorm{},
        kWide,
        {{Role::Scale, constant({2}, {1, -1}, 2, 2)}, {Role::Offset, constant({2}, {0, 0}, 2, 2)}}},
       {Relu{}, kWide, {}}});
  model.nodes.push_back({.name = "joined",
                         .op = Concat{},
                         .inputs = {2, 0},
                         .shape = {4, 1, 1},
                         .format = kWide,
                         .params = {}});
  model.nodes.push_back({.name = "flat",
                         .op = Flatten{},
                         .inputs = {3},
                         .shape = {4},
                         .format = kWide,
                         .params = {}});
  model.nodes.push_back({.name = "fc",
                         .op = Linear{.out_features = 1, .has_bias = false},
                         .inputs = {4},
                         .shape = {1},
                         .format = kWide,
                         .params = {{Role::Weight, constant({1, 4}, {1, 100, 2, 2}, 8, 8)}}});
  const auto ranges = analyze_ranges(model);
  EXPECT_EQ(ranges[3].output, (Interval{0, 255}));
  EXPECT_EQ(ranges[5].output, (Interval{0, 255 * 5})) << "channel 1 is never positive";
}

// In quarters: 6 is 24, and a bound of 2.5 on a coarser grid is exact on the finer one.
TEST(AnalyzeRanges, ClipCutsAtExactBounds) {
  const fixed::Format quarters{.width = 8, .int_bits = 6, .overflow = fixed::Overflow::SAT};
  NodeRange range =
      analyze_ranges(chain({1}, quarters, {{Clip{.min = 0, .max = 6}, kWide, {}}}))[1];
  EXPECT_EQ(range.accumulator_frac_bits, 2);
  EXPECT_EQ(range.accumulator, (Interval{0, 24}));
  EXPECT_FALSE(range.can_overflow);

  const fixed::Format twos{.width = 8, .int_bits = 9, .overflow = fixed::Overflow::SAT};
  range = analyze_ranges(chain({1}, twos, {{Clip{.min = 2.5, .max = 100}, quarters, {}}}))[1];
  EXPECT_EQ(range.accumulator_frac_bits, 1);
  EXPECT_EQ(range.accumulator, (Interval{0, 200})) << "zero counts as a partial sum";
  EXPECT_EQ(range.output, (Interval{10, 127}));
  EXPECT_TRUE(range.can_overflow);
}

TEST(AnalyzeRanges, SlopesBendTheNegativeSideAlone) {
  const fixed::Format input{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  // -8..7 with slopes 1/4 and -1/2, on a grid of quarters
  FrozenParam slope = constant({2}, {1, -1}, 2, 0);
  slope.channel_frac_bits = {2, 1};
  NodeRange range = analyze_ranges(
      chain({2}, input, {{Prelu{.num_parameters = 2}, kWide, {{Role::Slope, slope}}}}))[1];
  EXPECT_EQ(range.accumulator_frac_bits, 2);
  EXPECT_EQ(range.accumulator, (Interval{-8, 28}));
  EXPECT_EQ(range.output, (Interval{-2, 7}));
  // A slope of 4 needs no finer grid than x has.
  range = analyze_ranges(
      chain({2}, input, {{LeakyRelu{}, kWide, {{Role::Slope, constant({1}, {1}, 2, 4)}}}}))[1];
  EXPECT_EQ(range.accumulator_frac_bits, 0);
  EXPECT_EQ(range.accumulator, (Interval{-32, 7}));
}

TEST(AnalyzeRanges, OffsetMovesEachChannel) {
  const NodeRange range = analyze_ranges(chain(
      {2}, kUnsigned8, {{Offset{}, kWide, {{Role::Offset, constant({2}, {-3, 5}, 4, 3)}}}}))[1];
  EXPECT_EQ(range.accumulator_frac_bits, 1);
  EXPECT_EQ(range.accumulator, (Interval{-3, 515}));
  EXPECT_EQ(range.output, (Interval{-2, 257})) << "-1.5 and 257.5, rounded down";
}

TEST(AnalyzeRanges, OfMagnitudesNegativesAndTheLargerAndSmallerOfTwo) {
  const fixed::Format input{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  const fixed::Format finer{.width = 24, .int_bits = 20, .overflow = fixed::Overflow::SAT};
  FrozenModel model = chain({2}, input,
                            {{Neg{}, kWide, {}},        // -7 to 8
                             {Abs{}, finer, {}},        // 0 to 8
                             {Abs{}, kWide, {}},        // of what is never negative: the same
                             {Maximum{}, kWide, {}},    // with the input instead: 0 to 8
                             {Minimum{}, kWide, {}}});  // with the input: -8 to 7
  model.nodes[4].inputs = {0, 3};
  model.nodes[5].inputs = {4, 0};
  const std::vector<NodeRange> ranges = analyze_ranges(model);
  EXPECT_EQ(ranges[1].accumulator, (Interval{-7, 8}));
  EXPECT_EQ(ranges[1].accumulator_width, 5);
  EXPECT_EQ(ranges[2].accumulator, (Interval{0, 8}));
  EXPECT_EQ(ranges[2].output, (Interval{0, 8 * 16})) << "on a finer grid";
  EXPECT_EQ(ranges[3].accumulator, (Interval{0, 8 * 16}));
  EXPECT_EQ(ranges[4].accumulator, (Interval{0, 8}));
  EXPECT_EQ(ranges[5].accumulator, (Interval{-8, 7}));
}

TEST(CastInterval, FollowsTheOverflowMode) {
  const auto cast = [](Interval interval, fixed::Overflow overflow, bool& overflows) {
    const fixed::Format format{.width = 4, .int_bits = 4, .overflow = overflow};
    overflows = false;
    return cast_interval(interval, 0, 1, format, overflows);
  };
  bool overflows = false;
  using enum fixed::Overflow;
  for (fixed::Overflow mode : {SAT, SAT_ZERO, SAT_SYM, WRAP, WRAP_SM}) {
    EXPECT_EQ(cast({-3, 7}, mode, overflows), (Interval{-3, 7}));
    EXPECT_FALSE(overflows);
  }
  EXPECT_EQ(cast({3, 9}, SAT, overflows), (Interval{3, 7}));
  EXPECT_TRUE(overflows);
  EXPECT_EQ(cast({-8, 9}, SAT_SYM, overflows), (Interval{-7, 7}));
  EXPECT_EQ(cast({-8, -8}, SAT_SYM, overflows), (Interval{-7, -7}));
  EXPECT_TRUE(overflows);
  EXPECT_EQ(cast({3, 9}, SAT_ZERO, overflows), (Interval{0, 7}));
  EXPECT_EQ(cast({8, 9}, SAT_ZERO, overflows), (Interval{0, 0}));
  EXPECT_EQ(cast({3, 8}, WRAP, overflows), (Interval{-8, 7}));
  EXPECT_EQ(cast({3, 8}, WRAP_SM, overflows), (Interval{-8, 7}));
}

// 7.5 rounds up to 8, which no longer fits: the carry counts.
TEST(CastInterval, RoundsBeforeItLooks) {
  const fixed::Format format{.width = 4,
                             .int_bits = 4,
                             .rounding = fixed::Rounding::RND,
                             .overflow = fixed::Overflow::SAT};
  bool overflows = false;
  EXPECT_EQ(cast_interval({0, 14}, 1, 1, format, overflows), (Interval{0, 7}));
  EXPECT_FALSE(overflows);
  EXPECT_EQ(cast_interval({0, 15}, 1, 1, format, overflows), (Interval{0, 7}));
  EXPECT_TRUE(overflows);
}

}  // namespace
}  // namespace qfx::graph
