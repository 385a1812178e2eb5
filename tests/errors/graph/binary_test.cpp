// What kinds of a binarized network refuse, and the sentences it earns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/small_models.h"
#include "support/user_error.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/infer_shape.h"
#include "qfx/graph/thermometer.h"
#include "qfx/graph/verify.h"

namespace qfx::graph {
namespace {

using test::chain;
using test::constant;
using test::user_error_of;
using testing::HasSubstr;

constexpr fixed::Format kInput{.width = 8, .int_bits = 4, .overflow = fixed::Overflow::SAT};

struct Refused {
  Op op;
  Shape input;
  const char* expected;
};

TEST(InferShape, RefusesAttributesOfBinaryKinds) {
  Linear misplaced;
  misplaced.clip_range = 2;
  Linear wide;
  wide.accumulator = fixed::Format{.width = 40, .int_bits = 10};
  Linear unsigned_sign_magnitude;
  unsigned_sign_magnitude.accumulator = fixed::Format{
      .width = 8, .int_bits = 4, .is_signed = false, .overflow = fixed::Overflow::WRAP_SM};
  const std::vector<Refused> cases = {
      {QuantSign{.bits = 5}, {3}, "node 'n' (quant_sign): bits is 5, allowed are 1 to 4"},
      {QuantSign{.clip_range = 0}, {3}, "clip_range is 0, it must be positive and finite"},
      {Thermometer{.levels = 0}, {3}, "levels is 0, allowed are 1 to"},
      {Thermometer{.levels = kMaxElements}, {3}, "which makes more than"},
      {Thermometer{.resolution = -1}, {3}, "resolution is -1, it must be positive and finite"},
      {Affine{.num_parameters = 2},
       {3},
       "num_parameters is 2, allowed are 1 (one scale for all) and 3 (one for each channel)"},
      {misplaced, {3}, "clip_range is 2, and it is about the gradient of binary weights; write "
                       "binary = true, or leave it out"},
      {wide, {3}, "accumulator is fixed<40,10>, allowed are 1 to 32 bits"},
      {unsigned_sign_magnitude, {3}, "accumulator: "},
      {FractionalConv2d{.out_channels = 2, .groups = 2}, {3, 4, 4}, "groups is 2, it must divide"},
  };
  for (const Refused& c : cases)
    EXPECT_THAT(user_error_of([&] { infer_shape(c.op, {c.input}, "n"); }), HasSubstr(c.expected));
}

FrozenModel fractional(std::int64_t bits, std::int32_t weight) {
  const QuantSign levels{.bits = bits};
  const FractionalConv2d conv{.out_channels = 1};
  FrozenParam weights = constant({1, 1, 1, 1}, {weight}, 2, 2);
  weights.format = own_format(conv, Role::Weight).value();
  return chain({1, 2, 2}, kInput,
               {{levels, own_format(Op(levels)).value(), {}},
                {conv,
                 kInput,
                 {{Role::Weight, weights}, {Role::Threshold, constant({1}, {0}, 8, 8)}}}});
}

TEST(VerifyFrozen, RefusesWhatIsNotBinary) {
  EXPECT_NO_THROW(verify(fractional(2, -1)));
  EXPECT_THAT(user_error_of([] { verify(fractional(3, 1)); }),
              HasSubstr("node 'n2' (fractional_conv2d): it reads 'n1', a quant_sign 3 bits; its "
                        "input must be a quant_sign with bits = 2"));
  EXPECT_THAT(user_error_of([] { verify(fractional(2, 0)); }),
              HasSubstr("its weight is binary, and value 0 is 0; allowed are -1 and 1"));
  FrozenModel model = fractional(2, 1);
  model.nodes[1].format = kInput;
  EXPECT_THAT(user_error_of([&] { verify(model); }),
              HasSubstr("node 'n1' (quant_sign): it has the format fixed<8,4,TRN,SAT>, and of this "
                        "kind it is always fixed<3,3,RND,SAT>"));
  model = fractional(2, 1);
  model.nodes[2].params.at(Role::Weight).k_hot = 1;
  EXPECT_THAT(user_error_of([&] { verify(model); }), HasSubstr("one binary point and no K-hot"));
}

TEST(VerifyFrozen, RefusesThresholdsOffTheGridOfTheirInput) {
  const Thermometer op{.levels = 2, .resolution = 1};
  const fixed::Format levels = own_format(Op(op)).value();
  FrozenModel model =
      chain({1}, kInput, {{op, levels, {{Role::Threshold, make_thresholds(op, kInput, 1)}}}});
  EXPECT_NO_THROW(verify(model));
  model.nodes[1].params.at(Role::Threshold).format.int_bits = 4;
  EXPECT_THAT(user_error_of([&] { verify(model); }),
              HasSubstr("its thresholds have the format fixed<9,4,RND,SAT>, beside its input they "
                        "have fixed<9,5,RND,SAT>"));
  fixed::Format wide = kInput;
  wide.width = 32;
  model = chain({1}, wide, {{op, levels, {{Role::Threshold, constant({2}, {0, 0}, 8, 4)}}}});
  EXPECT_THAT(user_error_of([&] { verify(model); }),
              HasSubstr("its input 'n0' has 32 bits, and thresholds beside it take 33; at most 32 "
                        "are allowed; narrow 'n0'"));
}

TEST(VerifyModel, RefusesASpecForWhatHasAFormatOfItsKind) {
  Builder builder("net");
  builder.quant_sign(builder.input({3}));
  Model model = builder.finish();
  model.nodes[1].spec.width = 4;
  EXPECT_THAT(user_error_of([&] { verify(model); }),
              HasSubstr("tensor 'quant_sign_1': its kind gives it the format fixed<3,3,RND,SAT>; its "
                        "spec must say that and no more"));
  model.nodes[1].spec.width = 3;
  model.nodes[1].frac_bits = {1};
  EXPECT_THAT(user_error_of([&] { verify(model); }), HasSubstr("its kind gives it the format"));
}

}  // namespace
}  // namespace qfx::graph
