// Broken models, and the sentences they earn.
#include "qfx/graph/verify.h"

#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "support/small_models.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/range.h"

namespace qfx::graph {
namespace {

using test::user_error_of;

// input, conv, bn, relu, add(relu, relu's cast), flatten, linear: something of everything
Model good_model() {
  Builder builder("good");
  NodeId x = builder.input({2, 4, 4}, {.divisor = 255, .mean = {0.5, 0.5}, .std = {0.2, 0.3}});
  x = builder.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}}, "conv");
  x = builder.batch_norm(x, {}, "bn");
  x = builder.relu(x, "relu");
  x = builder.add(x, builder.cast(x, "cast"), "add");
  x = builder.max_pool2d(x, {}, "pool");
  x = builder.flatten(x, "flat");
  builder.linear(x, {.out_features = 3}, "fc");
  Model model = builder.finish();
  for (Node& node : model.nodes) {
    node.frac_bits = {4};
    for (auto& [name, param] : node.params) param.frac_bits = {6};
  }
  return model;
}

enum : NodeId { kInput, kConv, kBn, kRelu, kCast, kAdd, kPool, kFlat, kFc };

struct BrokenModel {
  const char* expected;
  std::function<void(Model&)> breaking;
};

TEST(VerifyModel, SaysWhatIsWrongAndWhatIsAllowed) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<BrokenModel> cases = {
      {"the model's name '' must be 1 to 256 printable ASCII characters",
       [](Model& m) { m.name = ""; }},
      {"model 'good': the number of its nodes is 0, allowed are 2 (the input and one more) to "
       "65536",
       [](Model& m) { m.nodes.clear(); }},
      {"model 'good': it has 3 outputs and names 2; name every one or none (data.class_names",
       [](Model& m) {
         m.task.names = {"a", "b"};
       }},
      {"model 'good': an output has the name ''; a name is 1 to 100 bytes of printable text",
       [](Model& m) {
         m.task.names = {"a", "", "c"};
       }},
      {"model 'good': an output has the name 'b\\x0a#include",
       [](Model& m) {
         m.task.names = {"a", "b\n#include", "c"};
       }},
      {"model 'good': an output has the name '\\xff'",
       [](Model& m) {
         m.task.names = {"a", "b", "\xff"};
       }},
      {"without control characters",
       [](Model& m) {
         m.task.names = {"a", "b", std::string(101, 'x')};
       }},
      {"model 'good': it rebuilds its input, and the loss cross_entropy is about classes",
       [](Model& m) { m.task.rebuilds_input = true; }},
      {"model 'good': it rebuilds its input of 32 values [2, 4, 4], and has 3 outputs",
       [](Model& m) {
         m.task.rebuilds_input = true;
         m.task.loss = Loss::Mse;
       }},
      {"model 'good': the number of its nodes is 1", [](Model& m) { m.nodes.resize(1); }},
      {"node 1 has the name 'a\\x0ab'; a name is 1 to 256 printable ASCII characters",
       [](Model& m) { m.nodes[kConv].name = "a\nb"; }},
      {"node 1 has the name ''; a name is", [](Model& m) { m.nodes[kConv].name = ""; }},
      {"node 'conv' (batch_norm): another tensor has this name; names are unique",
       [](Model& m) { m.nodes[kBn].name = "conv"; }},
      {"node 'conv.weight' (batch_norm): another tensor has this name",
       [](Model& m) { m.nodes[kBn].name = "conv.weight"; }},
      {"node 'relu' (input): it is node 3; node 0 and no other is the input",
       [](Model& m) {
         m.nodes[kRelu].op = Input{{4, 4, 4}, {}};
         m.nodes[kRelu].inputs = {};
       }},
      {"node 'input' (relu): it is node 0; node 0 and no other is the input",
       [](Model& m) { m.nodes[kInput].op = Relu{}; }},
      {"node 'conv' (conv2d): it is node 1 and reads node 1; a node reads only nodes before it",
       [](Model& m) { m.nodes[kConv].inputs = {1}; }},
      {"node 'conv' (conv2d): it is node 1 and reads node -1;",
       [](Model& m) { m.nodes[kConv].inputs = {-1}; }},
      {"node 'conv' (conv2d): the number of its inputs is 2, it must be 1",
       [](Model& m) {
         m.nodes[kConv].inputs = {0, 0};
       }},
      {"node 'add' (add): the number of its inputs is 1, it must be 2",
       [](Model& m) { m.nodes[kAdd].inputs = {3}; }},
      {"node 'add' (add): its inputs have shapes [4, 4, 4] and [2, 4, 4], they must be equal",
       [](Model& m) {
         m.nodes[kAdd].inputs = {3, 0};
       }},
      {"node 'relu' (relu): its shape is given as [4, 4], its inputs make it [4, 4, 4]",
       [](Model& m) {
         m.nodes[kRelu].shape = {4, 4};
       }},
      {"node 'cast' (cast): no node reads it, and it is no output of the network",
       [](Model& m) {
         m.nodes[kAdd].inputs = {3, 3};
       }},
      {"node 'fc' (linear): its input has shape [4, 2, 2], it takes a vector [N]; put a flatten "
       "before it",
       [](Model& m) {
         m.nodes[kFlat].op = Cast{};
         m.nodes[kFlat].shape = {4, 2, 2};
       }},
      {"node 'input' (input): its shape is [2, 4, 4, 4], allowed are [C, H, W], [C, L] and [N]",
       [](Model& m) {
         std::get<Input>(m.nodes[kInput].op).shape = {2, 4, 4, 4};
       }},
      {"node 'input' (input): it has shape [2, 0, 4]; every size is at least 1",
       [](Model& m) {
         std::get<Input>(m.nodes[kInput].op).shape = {2, 0, 4};
       }},
      {"node 'input' (input): it has shape [2, 4, 9223372036854775807], more than the 268435456 "
       "elements allowed",
       [](Model& m) {
         std::get<Input>(m.nodes[kInput].op).shape = {2, 4, INT64_MAX};
       }},
      {"node 'input' (input): preprocess divisor is 0, it must be positive and finite",
       [](Model& m) { std::get<Input>(m.nodes[kInput].op).preprocess.divisor = 0; }},
      {"node 'input' (input): preprocess mean has 3 entries, allowed are none or one for each of "
       "the 2 channels",
       [](Model& m) {
         std::get<Input>(m.nodes[kInput].op).preprocess.mean = {1, 2, 3};
       }},
      {"node 'input' (input): preprocess mean holds nan, it must be finite",
       [=](Model& m) {
         std::get<Input>(m.nodes[kInput].op).preprocess.mean = {nan, 0};
       }},
      {"node 'input' (input): preprocess std holds 0, it must be positive",
       [](Model& m) {
         std::get<Input>(m.nodes[kInput].op).preprocess.std = {0, 1};
       }},
      {"node 'conv' (conv2d): kernel is 0, allowed are 1 to 65536",
       [](Model& m) {
         std::get<Conv2d>(m.nodes[kConv].op).kernel = {3, 0};
       }},
      {"node 'conv' (conv2d): stride is -1, allowed are 1 to 65536",
       [](Model& m) {
         std::get<Conv2d>(m.nodes[kConv].op).stride = {-1, 1};
       }},
      {"node 'conv' (conv2d): padding is 9223372036854775807, allowed are 0 to 65536",
       [](Model& m) {
         std::get<Conv2d>(m.nodes[kConv].op).padding = {INT64_MAX, 1};
       }},
      {"node 'conv' (conv2d): its window spans 9 rows or columns, the padded input [2, 4, 4] has "
       "only 6",
       [](Model& m) {
         std::get<Conv2d>(m.nodes[kConv].op).dilation = {4, 1};
       }},
      {"node 'conv' (conv2d): groups is 3, it must divide both the 2 input channels and the 4 "
       "output channels",
       [](Model& m) { std::get<Conv2d>(m.nodes[kConv].op).groups = 3; }},
      {"node 'conv' (conv2d): out_channels is 0, allowed are 1 to",
       [](Model& m) { std::get<Conv2d>(m.nodes[kConv].op).out_channels = 0; }},
      {"node 'fc' (linear): its weight has shape [268435456, 16], more than the 268435456 elements "
       "allowed",
       [](Model& m) { std::get<Linear>(m.nodes[kFc].op).out_features = 1 << 28; }},
      {"node 'bn' (batch_norm): eps is 0, it must be positive and finite",
       [](Model& m) { std::get<BatchNorm>(m.nodes[kBn].op).eps = 0; }},
      {"node 'bn' (batch_norm): eps is nan, it must be positive and finite",
       [=](Model& m) { std::get<BatchNorm>(m.nodes[kBn].op).eps = nan; }},
      {"node 'bn' (batch_norm): momentum is 1.5, allowed are 0 to 1",
       [](Model& m) { std::get<BatchNorm>(m.nodes[kBn].op).momentum = 1.5; }},
      {"node 'pool' (max_pool2d): its window at row 0 lies on padding alone (kernel 2, dilation 1, "
       "padding 2 before and 0 behind 4); every window must hold an element of the image: use less "
       "padding",
       [](Model& m) {
         std::get<MaxPool2d>(m.nodes[kPool].op).padding = {2, 0, 0, 0};
       }},
      {"node 'pool' (max_pool2d): its window at column 2 lies on padding alone",
       [](Model& m) {
         std::get<MaxPool2d>(m.nodes[kPool].op).padding = {0, 0, 0, 2};
       }},
      {"node 'pool' (max_pool2d): its window at row 0 lies on padding alone (kernel 2, dilation 6, "
       "padding 1 before and 4 behind 4)",
       [](Model& m) {
         auto& pool = std::get<MaxPool2d>(m.nodes[kPool].op);
         pool.padding = {1, 0, 4, 0};
         pool.dilation = {6, 1};
       }},
      {"node 'pool' (avg_pool2d): its windows count so many different numbers of elements that "
       "these have no common multiple below 2^31",
       [](Model& m) {
         m.nodes[kPool].op = AvgPool2d{.kernel = {30, 30},
                                       .stride = {1, 1},
                                       .padding = {29, 29, 10, 10},
                                       .overhang = {19, 19}};
       }},
      {"node 'conv' (conv2d): it has a parameter 'slope' that this kind does not have",
       [](Model& m) { m.nodes[kConv].params[Role::Slope] = {}; }},
      {"node 'fc' (linear): its parameter 'bias' is missing",
       [](Model& m) { m.nodes[kFc].params.erase(Role::Bias); }},
      {"node 'fc' (linear): its parameter 'weight' has shape [16, 3], it must be [3, 16]",
       [](Model& m) {
         m.nodes[kFc].params[Role::Weight].shape = {16, 3};
       }},
      {"node 'fc' (linear): its parameter 'bias' holds 2 values, it must hold 3",
       [](Model& m) { m.nodes[kFc].params[Role::Bias].values.pop_back(); }},
      {"node 'bn' (batch_norm): its parameter 'scale' holds 4 values, it must hold 0: it is "
       "derived from gamma, beta",
       [](Model& m) { m.nodes[kBn].params[Role::Scale].values.resize(4); }},
      {"tensor 'fc.weight': value 2 is nan, it must be finite",
       [=](Model& m) { m.nodes[kFc].params[Role::Weight].values[2] = nan; }},
      {"tensor 'bn.gamma': value 0 is inf, it must be finite",
       [=](Model& m) { m.nodes[kBn].statistics[Statistic::Gamma][0] = infinity; }},
      {"node 'bn' (batch_norm): its statistic 'beta' is missing",
       [](Model& m) { m.nodes[kBn].statistics.erase(Statistic::Beta); }},
      {"node 'bn' (batch_norm): its statistic 'beta' has 3 entries, it must have one for each of "
       "the 4 channels",
       [](Model& m) { m.nodes[kBn].statistics[Statistic::Beta].pop_back(); }},
      {"node 'bn' (batch_norm): running_var holds -1, a variance is at least 0",
       [](Model& m) { m.nodes[kBn].statistics[Statistic::RunningVar][1] = -1; }},
      {"node 'fc' (linear): it has a statistic 'gamma' that this kind does not have",
       [](Model& m) { m.nodes[kFc].statistics[Statistic::Gamma] = {}; }},
      {"tensor 'relu': width is 33, allowed are 1 to 31 (unsigned)",
       [](Model& m) { m.nodes[kRelu].spec.width = 33; }},
      {"tensor 'fc.weight': width is 0, allowed are 1 to 32 (signed)",
       [](Model& m) { m.nodes[kFc].params[Role::Weight].spec.width = 0; }},
      {"tensor 'relu': N = 3 (wrap_bits) means nothing under SAT",
       [](Model& m) { m.nodes[kRelu].spec.wrap_bits = 3; }},
      {"tensor 'relu': WRAP_SM does not exist for an unsigned format",
       [](Model& m) { m.nodes[kRelu].spec.overflow = fixed::Overflow::WRAP_SM; }},
      {"tensor 'fc': 8 bits with -500 integer bits leave 508 fraction bits, allowed are -128 to "
       "128",
       [](Model& m) { m.nodes[kFc].spec.int_bits = -500; }},
      {"tensor 'relu': k_hot is 2, but an activation is never K-hot; set it on parameters",
       [](Model& m) { m.nodes[kRelu].spec.k_hot = 2; }},
      {"tensor 'fc.weight': k_hot is 40, allowed are 0 (no limit) to 32",
       [](Model& m) { m.nodes[kFc].params[Role::Weight].spec.k_hot = 40; }},
      {"tensor 'relu': an activation has one format; per-channel formats are for parameters",
       [](Model& m) { m.nodes[kRelu].spec.granularity = Granularity::PerChannel; }},
      {"tensor 'relu': it has 4 binary points, allowed are none, 1",
       [](Model& m) { m.nodes[kRelu].frac_bits.assign(4, 1); }},
      {"tensor 'fc.weight': it has 2 binary points, allowed are none, 1 or one for each of its 3 "
       "channels",
       [](Model& m) {
         m.nodes[kFc].params[Role::Weight].spec.granularity = Granularity::PerChannel;
         m.nodes[kFc].params[Role::Weight].frac_bits = {1, 2};
       }},
      {"tensor 'relu': its binary point is nan fraction bits, allowed are -128 to 128",
       [=](Model& m) { m.nodes[kRelu].frac_bits = {nan}; }},
  };
  for (const BrokenModel& c : cases) {
    Model model = good_model();
    c.breaking(model);
    EXPECT_THAT(user_error_of([&] { verify(model); }), ::testing::HasSubstr(c.expected));
  }
  EXPECT_EQ(user_error_of([] { verify(good_model()); }), "");
}

struct BrokenFrozen {
  const char* expected;
  std::function<void(FrozenModel&)> breaking;
};

TEST(VerifyFrozenModel, SaysWhatIsWrongAndWhatIsAllowed) {
  const auto weight = [](FrozenModel& m) -> FrozenParam& {
    return m.nodes[kFc].params.at(Role::Weight);
  };
  const std::vector<BrokenFrozen> cases = {
      {"model 'good': an output has the name 'a\\x1b[2J'",
       [](FrozenModel& m) {
         m.task.names = {"a\x1b[2J", "b", "c"};
       }},
      {"node 'cast' (cast): no node reads it",
       [](FrozenModel& m) {
         m.nodes[kAdd].inputs = {3, 3};
       }},
      {"tensor 'relu': width is 32, allowed are 1 to 31 (unsigned)",
       [](FrozenModel& m) { m.nodes[kRelu].format.width = 32; }},
      {"node 'flat' (flatten): its format is fixed<8,4,RND,SAT>, but it has no cast and keeps its "
       "input's format ufixed<8,4,RND,SAT>",
       [](FrozenModel& m) { m.nodes[kFlat].format.is_signed = true; }},
      {"node 'fc' (linear): 'fc.weight' holds 47 values, its shape [3, 16] takes 48",
       [=](FrozenModel& m) { weight(m).raw.pop_back(); }},
      {"node 'fc' (linear): 'fc.weight': value 1 is 128, its format fixed<8,2,RND,SAT> holds -128 "
       "to 127",
       [=](FrozenModel& m) { weight(m).raw[1] = 128; }},
      {"node 'fc' (linear): 'fc.weight': value 1 is 7 with 3 ones, k_hot allows 2",
       [=](FrozenModel& m) {
         weight(m).raw.assign(48, 0);
         weight(m).raw[1] = 7;
         weight(m).k_hot = 2;
       }},
      {"node 'fc' (linear): 'fc.weight': value 0 is 21 with 3 signed digits, k_hot allows 2",
       [=](FrozenModel& m) {
         weight(m).raw.assign(48, 21);
         weight(m).k_hot = 2;
         weight(m).signed_digits = true;
       }},
      {"node 'fc' (linear): 'fc.weight': k_hot is -1, allowed are 0 (no limit) to 32",
       [=](FrozenModel& m) { weight(m).k_hot = -1; }},
      {"node 'fc' (linear): 'fc.weight' has 2 channel binary points, allowed are none or one for "
       "each of its 3 channels",
       [=](FrozenModel& m) {
         weight(m).channel_frac_bits = {6, 6};
       }},
      {"node 'fc' (linear): 'fc.weight' has the format fixed<8,2,RND,SAT> with 6 fraction bits, "
       "but its channel 0 has 5; they must agree",
       [=](FrozenModel& m) {
         weight(m).channel_frac_bits = {5, 6, 6};
       }},
      {"node 'fc' (linear): 'fc.weight' has a channel with 129 fraction bits, allowed are -128 to "
       "128",
       [=](FrozenModel& m) {
         weight(m).channel_frac_bits = {6, 129, 6};
       }},
      {"node 'fc' (linear): its exact result has 10 fraction bits and its format "
       "fixed<8,78,RND,SAT> has -70; at most 64 apart are allowed",
       [](FrozenModel& m) { m.nodes[kFc].format.int_bits = 78; }},
  };
  for (const BrokenFrozen& c : cases) {
    FrozenModel model = freeze(good_model());
    c.breaking(model);
    EXPECT_THAT(user_error_of([&] { verify(model); }), ::testing::HasSubstr(c.expected));
  }
}

TEST(AnalyzeRanges, RefusesAccumulatorsThatNoIntegerHolds) {
  const fixed::Format wide{.width = 32, .int_bits = 32, .overflow = fixed::Overflow::SAT};
  const FrozenParam large = test::constant({1, 2}, {INT32_MIN, INT32_MIN}, 32, 32);
  FrozenModel model = test::chain(
      {2}, wide, {{Linear{.out_features = 1, .has_bias = false}, wide, {{Role::Weight, large}}}});
  EXPECT_THAT(
      user_error_of([&] { analyze_ranges(model); }),
      ::testing::HasSubstr(
          "node 'n1' (linear): its exact sum needs more than 64 bits, at most 63 are allowed; use "
          "narrower formats"));
  // Two products of 62 bits: one bit too many.
  model.nodes[1].params.at(Role::Weight).raw = {INT32_MIN, 0};
  EXPECT_THAT(user_error_of([&] { analyze_ranges(model); }),
              ::testing::HasSubstr("needs 64 bits, at most 63 are allowed"));
  model.nodes[1].params.at(Role::Weight).raw = {INT32_MIN / 2, 0};
  EXPECT_EQ(user_error_of([&] { analyze_ranges(model); }), "");
  // Binary points so far apart that the alignment alone takes 100 places.
  FrozenParam apart = test::constant({2, 1}, {1, 1}, 2, 2);
  apart.channel_frac_bits = {0, 100};
  model = test::chain({1}, wide,
                      {{Linear{.out_features = 2, .has_bias = false},
                        {.width = 8, .int_bits = -40},
                        {{Role::Weight, apart}}}});
  EXPECT_THAT(user_error_of([&] { analyze_ranges(model); }),
              ::testing::HasSubstr("needs more than 64 bits"));
}

TEST(Freeze, NamesTheTensorThatIsNotReady) {
  Model model = good_model();
  model.nodes[kFc].params[Role::Weight].frac_bits.clear();
  EXPECT_EQ(user_error_of([&] { freeze(model); }),
            "tensor 'fc.weight' has no binary point yet; calibrate the model, or give the tensor "
            "int_bits");
  model = good_model();
  model.nodes[kRelu].frac_bits.clear();
  EXPECT_EQ(
      user_error_of([&] { freeze(model); }),
      "tensor 'relu' has no binary point yet; calibrate the model, or give the tensor int_bits");
  model = good_model();
  model.nodes[kBn].params[Role::Scale].spec.is_float = true;
  EXPECT_EQ(user_error_of([&] { freeze(model); }),
            "tensor 'bn.scale' is left in floating point and cannot be frozen; give it a format");
  model = good_model();
  model.nodes[kBn].statistics[Statistic::RunningVar][0] = 0;
  model.nodes[kBn].statistics[Statistic::Gamma][0] = 3e38f;
  model.nodes[kBn].statistics[Statistic::RunningMean][0] = 1;
  EXPECT_EQ(user_error_of([&] { freeze(model); }),
            "tensor 'bn.offset': value 0 is -inf, it must be finite; training has diverged");
}

}  // namespace
}  // namespace qfx::graph
