#include "qfx/graph/print.h"

#include <gtest/gtest.h>

#include "support/small_models.h"

#include "qfx/graph/builder.h"

namespace qfx::graph {
namespace {

TEST(ToText, ShowsAFrozenModelANodeALine) {
  const fixed::Format u8{
      .width = 8, .int_bits = 0, .is_signed = false, .overflow = fixed::Overflow::SAT};
  FrozenParam weight = test::constant({2, 1, 3, 3}, std::vector<std::int32_t>(18, 3), 8, 1);
  weight.k_hot = 2;
  weight.channel_frac_bits = {7, 4};
  const FrozenModel model =
      test::chain({1, 4, 4}, u8,
                  {{Conv2d{.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}},
                    u8,
                    {{Role::Weight, weight}}},
                   {Flatten{}, u8, {}}});
  EXPECT_EQ(to_text(model),
            "  0  n0  input                   ()    [1, 4, 4]  ufixed<8,0,TRN,SAT>\n"
            "  1  n1  conv2d 3x3 padding 1x1  (n0)  [2, 4, 4]  ufixed<8,0,TRN,SAT>  weight [2, 1, "
            "3, 3] fixed<8,1>, one "
            "point per channel: 4 to 7 fraction bits 2-hot\n"
            "  2  n2  flatten                 (n1)  [32]       ufixed<8,0,TRN,SAT>\n");
}

TEST(ToText, ShowsWhatATrainableModelDoesNotKnowYet) {
  Builder builder("net");
  builder.linear(builder.input({3}), {.out_features = 2, .has_bias = false}, "fc");
  Model model = builder.finish();
  model.nodes[1].frac_bits = {2.6f};
  model.nodes[1].params[Role::Weight].spec.is_float = true;
  EXPECT_EQ(to_text(model),
            "  0  input  input   ()       [3]  ufixed<8,?,RND,SAT>\n"
            "  1  fc     linear  (input)  [2]  fixed<8,5,RND,SAT>   weight [2, 3] float\n");
}

TEST(Describe, ShowsWhatIsUnusual) {
  EXPECT_EQ(describe(Conv2d{.kernel = {1, 3}, .stride = {2, 2}, .dilation = {1, 2}, .groups = 4}),
            "conv2d 1x3 stride 2x2 dilation 1x2 groups 4");
  EXPECT_EQ(describe(MaxPool2d{}), "max_pool2d 2x2");
  EXPECT_EQ(describe(AvgPool2d{.kernel = {3, 3}, .padding = {1, 1}}),
            "avg_pool2d 3x3 stride 2x2 padding 1x1");
  EXPECT_EQ(describe(AvgPool2d{.kernel = {2, 2},
                               .padding = {0, 0, 1, 1},
                               .dilation = {1, 2},
                               .count_include_pad = false,
                               .overhang = {1, 0}}),
            "avg_pool2d 2x2 padding [0, 0, 1, 1] dilation 1x2 count_include_pad false overhang 1x0");
  EXPECT_EQ(describe(BatchNorm{.eps = 0.25}), "batch_norm eps 0.25");
  EXPECT_EQ(describe(Clip{.min = -0.5, .max = 6}), "clip -0.5 to 6");
  EXPECT_EQ(describe(Prelu{}), "prelu");
  EXPECT_EQ(describe(Prelu{.num_parameters = 4}), "prelu 4 slopes");
  EXPECT_EQ(describe(LeakyRelu{}), "leaky_relu 0.01");
  EXPECT_EQ(describe(Offset{}), "offset");
  EXPECT_EQ(describe(Function{FunctionName::Gelu}), "function gelu");
  EXPECT_EQ(describe(Softmax{}), "softmax");
  EXPECT_EQ(describe(Softmax{.table_width = 9}), "softmax table 9 bits");
}

}  // namespace
}  // namespace qfx::graph
