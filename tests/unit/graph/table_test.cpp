#include "qfx/graph/table.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include "graph/file/file_content.h"
#include "support/small_models.h"

#include "qfx/fixed/raw.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/print.h"
#include "qfx/graph/range.h"

namespace qfx::graph {
namespace {

using Real = boost::multiprecision::cpp_bin_float_50;

// torch's definitions, word for word, in 50 digits.
Real definition(FunctionName function, const Real& x) {
  const auto relu6 = [](const Real& v) { return v < 0 ? Real(0) : v > 6 ? Real(6) : v; };
  const Real sigmoid = 1 / (1 + exp(-x));
  switch (function) {
    case FunctionName::Sigmoid:
      return sigmoid;
    case FunctionName::Tanh:
      return (exp(x) - exp(-x)) / (exp(x) + exp(-x));
    case FunctionName::HardSigmoid:
      return relu6(x + 3) / 6;
    case FunctionName::HardSwish:
      return x * relu6(x + 3) / 6;
    case FunctionName::Silu:
      return x * sigmoid;
    case FunctionName::Gelu:
      // 1 + erf(z) = erfc(-z), which does not cancel
      return x * boost::math::erfc(Real(-x / boost::math::constants::root_two<Real>())) / 2;
    case FunctionName::Softplus:
      return log(1 + exp(x));
    case FunctionName::Elu:
      return x > 0 ? x : exp(x) - 1;
    case FunctionName::Exp:
      return exp(x);
  }
  throw std::logic_error("no such function");
}

// Within a few last bits; gelu's erfc makes up to x^2 of the last bit of x / sqrt(2).
TEST(FunctionValue, IsTorchsDefinition) {
  for (int i = 0; i < kFunctionCount; ++i) {
    const auto function = static_cast<FunctionName>(i);
    for (double x = -20; x <= 20; x += 0.0625) {
      const auto expected = static_cast<double>(definition(function, Real(x)));
      EXPECT_NEAR(function_value(function, x), expected, (8 + x * x) * 0x1p-52 * std::abs(expected))
          << to_string(function) << " of " << x;
    }
  }
}

// An entry for every value of the input, rounded once: what a table of 50 digits would round to.
TEST(FunctionTable, HoldsTheRoundedFunctionOfEveryValue) {
  const fixed::Format inputs[] = {{.width = 8, .int_bits = 4, .is_signed = true},
                                  {.width = 7, .int_bits = 2, .is_signed = false}};
  for (const fixed::Format& input : inputs) {
    for (int i = 0; i < kFunctionCount; ++i) {
      const auto function = static_cast<FunctionName>(i);
      const fixed::Format output{.width = 12,
                                 .int_bits = 5,
                                 .rounding = fixed::Rounding::RND_CONV,
                                 .overflow = fixed::Overflow::SAT};
      const std::vector<std::int32_t> table = function_table(function, input, output);
      ASSERT_EQ(std::ssize(table), std::int64_t{1} << input.width);
      for (std::int64_t e = 0; e < std::ssize(table); ++e) {
        const Real x = ldexp(Real(fixed::min_raw(input) + e), -input.frac_bits());
        const Real scaled = ldexp(definition(function, x), output.frac_bits());
        const auto nearest = static_cast<std::int64_t>(round(scaled));
        const std::int64_t clamped =
            std::clamp(nearest, fixed::min_raw(output), fixed::max_raw(output));
        // Ties are the law's business: fixed::raw_from_double rounds them.
        if (abs(abs(scaled - trunc(scaled)) - Real(0.5)) < Real(1e-9)) continue;
        EXPECT_EQ(table[e], clamped) << to_string(function) << " of " << x;
      }
    }
  }
}

// exp leaves the doubles long before a format with few fraction bits ends.
TEST(FunctionTable, SaturatesWhereTheFunctionLeavesTheDoubles) {
  const fixed::Format input{.width = 8, .int_bits = 100};
  const fixed::Format output{.width = 8, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  for (int i = 0; i < kFunctionCount; ++i) {
    const auto function = static_cast<FunctionName>(i);
    const std::vector<std::int32_t> table = function_table(function, input, output);
    const bool is_bounded = function == FunctionName::Sigmoid || function == FunctionName::Tanh ||
                            function == FunctionName::HardSigmoid;
    EXPECT_EQ(table.back(), is_bounded ? 16 : 127) << to_string(function);
  }
}

TEST(SoftmaxTable, IsExpOfTheDistance) {
  const fixed::Format input{.width = 6, .int_bits = 3};
  const Softmax softmax{.table_width = 10};
  EXPECT_EQ(softmax_table_format(softmax), (fixed::Format{.width = 10,
                                                          .int_bits = 1,
                                                          .is_signed = false,
                                                          .rounding = fixed::Rounding::RND,
                                                          .overflow = fixed::Overflow::SAT}));
  const std::vector<std::int32_t> table = softmax_table(softmax, input);
  ASSERT_EQ(table.size(), 64U);
  EXPECT_EQ(table[0], 512);
  for (int d = 0; d < 64; ++d) EXPECT_EQ(table[d], std::lround(512 * std::exp(-d / 8.0))) << d;
}

FrozenModel frozen_tables() {
  Builder builder("tables");
  NodeId x = builder.input({2, 2, 2}, {.mean = {}, .std = {}, .signed_samples = true});
  x = builder.function(x, FunctionName::HardSwish, "swish");
  x = builder.softmax(builder.flatten(x), {.table_width = 6}, "soft");
  Model model = builder.finish();
  model.nodes[0].spec.width = 4;
  model.nodes[0].frac_bits = {0};
  model.nodes[1].frac_bits = {2};
  model.nodes[1].spec.width = 5;
  model.nodes[3].frac_bits = {7.6f};
  return freeze(model);
}

TEST(Freeze, MakesTheTables) {
  const FrozenModel model = frozen_tables();
  // x * clamp(x + 3, 0, 6) / 6 in quarters, ties up, 5 bits signed: -1/3 is -1, 2/3 is 3, 5/3 is 7
  EXPECT_EQ(model.nodes[1].params.at(Role::Table).raw,
            (std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, -1, -1, 0, 3, 7, 12, 15, 15, 15, 15}));
  EXPECT_EQ(model.nodes[1].params.at(Role::Table).format, model.nodes[1].format);
  EXPECT_EQ(model.nodes[3].params.at(Role::Table).raw,
            softmax_table({.table_width = 6}, model.nodes[1].format));
  EXPECT_EQ(model.nodes[3].params.at(Role::Table).shape, (Shape{32}));
}

TEST(File, KeepsTables) {
  const FrozenModel model = frozen_tables();
  EXPECT_EQ(frozen_from_content(content_of(model), "file"), model);
}

TEST(ToText, NamesTheFunction) {
  const FrozenModel model = frozen_tables();
  EXPECT_EQ(describe(model.nodes[1].op), "function hardswish");
  EXPECT_EQ(describe(model.nodes[3].op), "softmax table 6 bits");
  EXPECT_EQ(describe(Op(Softmax{})), "softmax");
}

TEST(FindFunction, IsTheInverseOfItsName) {
  for (int i = 0; i < kFunctionCount; ++i) {
    const auto function = static_cast<FunctionName>(i);
    EXPECT_EQ(find_function(to_string(function)), function);
  }
  EXPECT_EQ(find_function("relu"), std::nullopt);
}

TEST(AnalyzeRanges, AFunctionGivesTheEntriesThatItsInputReaches) {
  const fixed::Format u3{.width = 3, .int_bits = 3, .is_signed = false};
  const fixed::Format s4{.width = 4, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  FrozenModel model =
      test::chain({2}, u3,
                  {{Cast{}, s4, {}},
                   {Function{},
                    s4,
                    {{Role::Table, test::constant({16},
                                                  {-8, -8, -8, -8, -8, -8, -8, -8,  // never
                                                   1, 5, -2, 1, 1, 1, 1, 3},
                                                  4, 4)}}}});
  model.nodes[2].params.at(Role::Table).format = s4;
  const NodeRange range = analyze_ranges(model)[2];
  EXPECT_EQ(range.output, (Interval{-2, 5}));
  EXPECT_FALSE(range.can_overflow);
}

// Three channels at most 3 apart: e is 8, 4, 2 or 1, so a quotient lies in 1 / (1 + 8 + 8) to
// 8 / (8 + 1 + 1).
TEST(AnalyzeRanges, ASoftmaxIsAnExponentialOverItselfAndTheRest) {
  const fixed::Format u2{.width = 2, .int_bits = 2, .is_signed = false};
  const fixed::Format out{.width = 9,
                          .int_bits = 1,
                          .is_signed = false,
                          .rounding = fixed::Rounding::TRN,
                          .overflow = fixed::Overflow::SAT};
  FrozenParam table = test::constant({4}, {8, 4, 2, 1}, 4, 1);
  const Softmax softmax{.table_width = 4};
  table.format = softmax_table_format(softmax);
  FrozenModel model = test::chain({3}, u2, {{softmax, out, {{Role::Table, table}}}});
  NodeRange range = analyze_ranges(model)[1];
  EXPECT_EQ(range.output, (Interval{256 / 17, 256 * 8 / 10}));
  EXPECT_EQ(range.accumulator, (Interval{0, 24}));
  EXPECT_FALSE(range.can_overflow);
  // At one channel it is 1, which no fraction holds.
  model = test::chain({1}, u2, {{softmax, out, {{Role::Table, table}}}});
  model.nodes[1].format.int_bits = 0;
  range = analyze_ranges(model)[1];
  EXPECT_EQ(range.output, (Interval{511, 511}));
  EXPECT_TRUE(range.can_overflow);
}

}  // namespace
}  // namespace qfx::graph
