#include "qfx/graph/infer_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

struct Case {
  Op op;
  std::vector<Shape> inputs;
  Shape expected;
};

// Worked out by hand, or with torch's formulas: floor((H + 2p - d(k-1) - 1) / s) + 1.
TEST(InferShape, FollowsTorch) {
  const std::vector<Case> cases = {
      {Input{{3, 32, 32}, {}}, {}, {3, 32, 32}},
      {Cast{}, {{7}}, {7}},
      {Conv2d{.out_channels = 16, .kernel = {3, 3}}, {{1, 28, 28}}, {16, 26, 26}},
      {Conv2d{.out_channels = 16, .kernel = {3, 3}, .padding = {1, 1}},
       {{1, 28, 28}},
       {16, 28, 28}},
      {Conv2d{.out_channels = 4, .kernel = {3, 5}, .stride = {2, 3}, .padding = {1, 0}},
       {{2, 7, 11}},
       {4, 4, 3}},
      {Conv2d{.out_channels = 4, .kernel = {3, 3}, .dilation = {2, 3}}, {{2, 9, 9}}, {4, 5, 3}},
      {Conv2d{.out_channels = 6, .kernel = {1, 1}, .groups = 3}, {{3, 5, 5}}, {6, 5, 5}},
      {Linear{.out_features = 10}, {{64}}, {10}},
      {BatchNorm{}, {{8, 4, 4}}, {8, 4, 4}},
      {Relu{}, {{8, 4, 4}}, {8, 4, 4}},
      {MaxPool2d{}, {{8, 5, 4}}, {8, 2, 2}},
      {MaxPool2d{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}, {{8, 5, 4}}, {8, 3, 2}},
      {AvgPool2d{.kernel = {1, 3}, .stride = {1, 1}}, {{8, 5, 4}}, {8, 5, 2}},
      {Conv2d{.out_channels = 4, .kernel = {3, 3}, .stride = {2, 2}, .padding = {0, 1, 2, 0}},
       {{2, 7, 8}},
       {4, 4, 4}},
      {MaxPool2d{.kernel = {2, 2}, .stride = {1, 1}, .padding = {2, 0, 0, 1}, .dilation = {3, 1}},
       {{8, 5, 4}},
       {8, 4, 4}},
      {AvgPool2d{.kernel = {3, 2}, .padding = {1, 0, 0, 1}, .overhang = {2, 0}},
       {{8, 5, 4}},
       {8, 3, 2}},
      {GlobalAvgPool2d{}, {{8, 5, 4}}, {8, 1, 1}},
      {Add{}, {{8, 5, 4}, {8, 5, 4}}, {8, 5, 4}},
      {Flatten{}, {{8, 5, 4}}, {160}},
      {Flatten{}, {{8}}, {8}},
      {Input{{3, 32}, {}}, {}, {3, 32}},
      {Unsqueeze{}, {{3, 32}}, {3, 1, 32}},
      {Slice{.begin = {1, 0, 2}, .end = {8, 5, 4}, .step = {2, 2, 1}}, {{8, 5, 4}}, {4, 3, 2}},
      {Slice{.begin = {3}}, {{8}}, {5}},
      {Upsample{{2, 3}}, {{8, 5, 4}}, {8, 10, 12}},
      {ChannelShuffle{4}, {{8, 5}}, {8, 5}},
      {DepthToSpace{2, true}, {{8, 5, 4}}, {2, 10, 8}},
      {SpaceToDepth{2}, {{3, 6, 4}}, {12, 3, 2}},
      {Permute{{2, 0, 1}}, {{8, 5, 4}}, {4, 8, 5}},
      {Rearrange{{2, 6}, {2, 3, 2}, {0, 1, 0}, {4, 1, -1}, {3, 0}}, {{8, 5}}, {2, 6}},
      {Clip{.min = 0, .max = 6}, {{8, 5, 4}}, {8, 5, 4}},
      {Prelu{.num_parameters = 8}, {{8, 5, 4}}, {8, 5, 4}},
      {LeakyRelu{}, {{8, 5}}, {8, 5}},
      {Offset{}, {{8}}, {8}},
      {Abs{}, {{3, 4, 5}}, {3, 4, 5}},
      {Neg{}, {{3, 6}}, {3, 6}},
      {Maximum{}, {{8}, {8}}, {8}},
      {Minimum{}, {{2, 3, 4}, {2, 3, 4}}, {2, 3, 4}},
      {Sub{}, {{8, 5}, {8, 5}}, {8, 5}},
      {Mul{}, {{8}, {8}}, {8}},
      {Gate{}, {{8, 5, 4}, {8, 1, 1}}, {8, 5, 4}},
      {Gate{}, {{8, 5, 4}, {8}}, {8, 5, 4}},
      {Gate{}, {{8, 5}, {8, 1}}, {8, 5}},
      {Concat{}, {{8, 5, 4}, {3, 5, 4}, {1, 5, 4}}, {12, 5, 4}},
      {Concat{}, {{8}, {8}}, {16}},
      {Function{FunctionName::Tanh}, {{8, 5, 4}}, {8, 5, 4}},
      {Softmax{}, {{8, 5, 4}}, {8, 5, 4}},
      {Softmax{}, {{8}}, {8}},
  };
  for (const Case& c : cases)
    EXPECT_EQ(infer_shape(c.op, c.inputs, "n"), c.expected) << kind_name(c.op);
}

TEST(ParamShapes, AreTorchs) {
  using Shapes = ByRole<Shape>;
  EXPECT_EQ(param_shapes(Conv2d{.out_channels = 6, .kernel = {3, 5}, .groups = 2, .has_bias = true},
                         {{4, 9, 9}}),
            (Shapes{{Role::Weight, {6, 2, 3, 5}}, {Role::Bias, {6}}}));
  EXPECT_EQ(param_shapes(Conv2d{.out_channels = 6}, {{4, 9, 9}}),
            (Shapes{{Role::Weight, {6, 4, 1, 1}}}));
  EXPECT_EQ(param_shapes(Linear{.out_features = 3}, {{7}}),
            (Shapes{{Role::Weight, {3, 7}}, {Role::Bias, {3}}}));
  EXPECT_EQ(param_shapes(BatchNorm{}, {{7, 2, 2}}),
            (Shapes{{Role::Scale, {7}}, {Role::Offset, {7}}}));
  EXPECT_EQ(param_shapes(Add{}, {{7}, {7}}), Shapes{});
  EXPECT_EQ(param_shapes(Prelu{}, {{7, 2, 2}}), (Shapes{{Role::Slope, {1}}}));
  EXPECT_EQ(param_shapes(Prelu{.num_parameters = 7}, {{7, 2, 2}}), (Shapes{{Role::Slope, {7}}}));
  EXPECT_EQ(param_shapes(LeakyRelu{}, {{7, 2, 2}}), (Shapes{{Role::Slope, {1}}}));
  EXPECT_EQ(param_shapes(Offset{}, {{7, 2, 2}}), (Shapes{{Role::Offset, {7}}}));
}

TEST(Shape, CountsAndPrints) {
  EXPECT_EQ(element_count({16, 28, 28}), 12544);
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(to_string(Shape{16, 28, 28}), "[16, 28, 28]");
  EXPECT_EQ(to_string(Shape{}), "[]");
}

TEST(FrozenParam, KnowsEachChannelsPoint) {
  FrozenParam param{.shape = {2, 1},
                    .raw = {1, 2},
                    .format = {.width = 8, .int_bits = 3},
                    .channel_frac_bits = {}};
  EXPECT_EQ(param.frac_bits(1), 5);
  EXPECT_EQ(param.max_frac_bits(), 5);
  param.channel_frac_bits = {5, 9};
  EXPECT_EQ(param.frac_bits(1), 9);
  EXPECT_EQ(param.max_frac_bits(), 9);
  EXPECT_EQ(param.channel_format(1).int_bits, -1);
  EXPECT_EQ(param.channel_format(1).width, 8);
}

TEST(QuantSpec, GivesAFormat) {
  const QuantSpec spec{.width = 6,
                       .is_signed = false,
                       .rounding = fixed::Rounding::TRN_ZERO,
                       .overflow = fixed::Overflow::WRAP,
                       .wrap_bits = 2,
                       .int_bits = {}};
  EXPECT_EQ(spec.format(9), (fixed::Format{.width = 6,
                                           .int_bits = -3,
                                           .is_signed = false,
                                           .rounding = fixed::Rounding::TRN_ZERO,
                                           .overflow = fixed::Overflow::WRAP,
                                           .wrap_bits = 2}));
}

}  // namespace
}  // namespace qfx::graph
