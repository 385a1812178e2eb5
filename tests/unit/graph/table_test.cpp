#include "qfx/graph/table.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <gtest/gtest.h>

#include "graph/file/file_content.h"
#include "support/functions.h"
#include "support/small_models.h"

#include "qfx/fixed/raw.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/print.h"
#include "qfx/graph/range.h"

namespace qfx::graph {
namespace {

using Real = boost::multiprecision::cpp_bin_float_50;

// Far beyond every format: what a function that has no end there is clamped to.
const Real kEndless = 1e300;

Real through(const std::vector<Point>& points, const Real& x) {
  for (std::size_t i = points.size(); i-- > 0;) {
    if (x < points[i][0]) continue;
    if (i + 1 == points.size()) return points[i][1];
    return points[i][1] + (x - points[i][0]) / (Real(points[i + 1][0]) - points[i][0]) *
                              (Real(points[i + 1][1]) - points[i][1]);
  }
  return points[0][1];
}

// torch's and ONNX's definitions, word for word, in 50 digits.
Real definition(const Function& f, const Real& x) {
  const auto clamped = [](const Real& v, int high) {
    return v < 0 ? Real(0) : v > high ? Real(high) : v;
  };
  const Real a = f.alpha, b = f.beta, sigmoid = 1 / (1 + exp(-x)), softplus = log(1 + exp(x));
  const auto tanh_of = [](const Real& v) { return (exp(v) - exp(-v)) / (exp(v) + exp(-v)); };
  switch (f.function) {
    case FunctionName::Sigmoid:
      return sigmoid;
    case FunctionName::Tanh:
      return tanh_of(x);
    case FunctionName::HardSigmoid:
      return clamped(f == Function(FunctionName::HardSigmoid) ? (x + 3) / 6 : a * x + b, 1);
    case FunctionName::HardSwish:
      return x * clamped(x + 3, 6) / 6;
    case FunctionName::Silu:
      return x / (1 + exp(-a * x));
    case FunctionName::Gelu:
      // 1 + erf(z) = erfc(-z), which does not cancel
      return x * boost::math::erfc(Real(-x / boost::math::constants::root_two<Real>())) / 2;
    case FunctionName::Softplus:
      return softplus;
    case FunctionName::Elu:
      return x > 0 ? x : Real(a * (exp(x) - 1));
    case FunctionName::Exp:
      return exp(x);
    case FunctionName::Selu:
      return b * (x > 0 ? x : Real(a * (exp(x) - 1)));
    case FunctionName::Celu:
      return x > 0 ? x : Real(a * (exp(x / a) - 1));
    case FunctionName::GeluTanh: {
      // (1 + tanh z) / 2 = 1 / (1 + exp(-2z)), which does not cancel
      const Real z = sqrt(2 / boost::math::constants::pi<Real>()) * (x + Real(0.044715) * x * x * x);
      return x / (1 + exp(-2 * z));
    }
    case FunctionName::Mish:
      return x * tanh_of(softplus);
    case FunctionName::Softsign:
      return x / (1 + abs(x));
    case FunctionName::LogSigmoid:
      return log(sigmoid);
    case FunctionName::Shrink:
      return x < -a ? Real(x + b) : x > a ? Real(x - b) : Real(0);
    case FunctionName::ThresholdedRelu:
      return x > a ? x : Real(0);
    case FunctionName::Erf:
      return boost::math::erf(x);
    case FunctionName::Sin:
      return sin(x);
    case FunctionName::Cos:
      return cos(x);
    case FunctionName::Atan:
      return atan(x);
    case FunctionName::Sqrt:
      return x < 0 ? Real(0) : Real(sqrt(x));
    case FunctionName::Rsqrt:
      return x < 0 ? Real(0) : x == 0 ? kEndless : Real(1 / sqrt(x));
    case FunctionName::Reciprocal:
      return x == 0 ? kEndless : Real(1 / x);
    case FunctionName::Log:
      return x < 0 ? Real(0) : x == 0 ? Real(-kEndless) : Real(log(x));
    case FunctionName::Sign:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case FunctionName::Floor:
      return floor(x);
    case FunctionName::Ceil:
      return ceil(x);
    case FunctionName::Round: {
      const Real low = floor(x), rest = x - low;
      const bool is_odd = floor(low / 2) * 2 != low;
      return rest > 0.5 || (rest == 0.5 && is_odd) ? Real(low + 1) : low;
    }
    case FunctionName::Points:
      return through(f.points, x);
  }
  throw std::logic_error("no such function");
}

// Within a few last bits; gelu's erfc makes up to x^2 of the last bit of x / sqrt(2), and
// gelu_tanh's exp up to x^3.
TEST(FunctionValue, IsTheDefinition) {
  for (const Function& function : test::every_function()) {
    const bool is_cubic = function.function == FunctionName::GeluTanh;
    for (double x = -20; x <= 20; x += 0.0625) {
      const Real exact = definition(function, Real(x));
      if (abs(exact) == kEndless) continue;
      const auto expected = static_cast<double>(exact);
      const double bits = 8 + x * x + (is_cubic ? std::abs(x * x * x) : 0);
      EXPECT_NEAR(function_value(function, x), expected, bits * 0x1p-52 * std::abs(expected))
          << describe(function) << " of " << x;
    }
  }
}

TEST(FunctionValue, IsDefinedWhereTheFunctionIsNoNumber) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  EXPECT_EQ(function_value(FunctionName::Sqrt, -1), 0);
  EXPECT_EQ(function_value(FunctionName::Rsqrt, -1), 0);
  EXPECT_EQ(function_value(FunctionName::Rsqrt, 0), kLargest);
  EXPECT_EQ(function_value(FunctionName::Reciprocal, 0), kLargest);
  EXPECT_EQ(function_value(FunctionName::Log, 0), -kLargest);
  EXPECT_EQ(function_value(FunctionName::Log, -2), 0);
}

// An entry for every value of the input, rounded once: what a table of 50 digits would round to.
TEST(FunctionTable, HoldsTheRoundedFunctionOfEveryValue) {
  const fixed::Format inputs[] = {{.width = 8, .int_bits = 4, .is_signed = true},
                                  {.width = 7, .int_bits = 2, .is_signed = false}};
  for (const fixed::Format& input : inputs) {
    for (const Function& function : test::every_function()) {
      const fixed::Format output{.width = 12,
                                 .int_bits = 5,
                                 .rounding = fixed::Rounding::RND_CONV,
                                 .overflow = fixed::Overflow::SAT};
      const std::vector<std::int32_t> table = function_table(function, input, output);
      ASSERT_EQ(std::ssize(table), std::int64_t{1} << input.width);
      for (std::int64_t e = 0; e < std::ssize(table); ++e) {
        const Real x = ldexp(Real(fixed::min_raw(input) + e), -input.frac_bits());
        const Real scaled = ldexp(definition(function, x), output.frac_bits());
        // Ties are the law's business: fixed::raw_from_double rounds them.
        if (abs(abs(scaled - trunc(scaled)) - Real(0.5)) < Real(1e-9)) continue;
        const Real low = fixed::min_raw(output), high = fixed::max_raw(output);
        const Real nearest = round(scaled);
        EXPECT_EQ(table[e], nearest < low ? low : nearest > high ? high : nearest)
            << describe(function) << " of " << x;
      }
    }
  }
}

// exp leaves the doubles long before a format with few fraction bits ends.
TEST(FunctionTable, SaturatesWhereTheFunctionLeavesTheDoubles) {
  const fixed::Format input{.width = 8, .int_bits = 100};
  const fixed::Format output{.width = 8, .int_bits = 4, .overflow = fixed::Overflow::SAT};
  using enum FunctionName;
  for (const FunctionName name : {HardSwish, Silu, Gelu, Softplus, Elu, Exp, Selu, Celu, GeluTanh,
                                  Mish, Shrink, ThresholdedRelu, Sqrt, Log, Floor, Round})
    EXPECT_EQ(function_table(name, input, output).back(), 127) << to_string(name);
  for (const FunctionName name : {Sigmoid, Tanh, HardSigmoid, Softsign, Erf, Sign})
    EXPECT_EQ(function_table(name, input, output).back(), 16) << to_string(name);
  EXPECT_EQ(function_table(Reciprocal, input, output)[128], 127);  // of 0
  EXPECT_EQ(function_table(Log, input, output)[128], -128);
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

// A file has what is unusual, and old files stay as they are.
TEST(File, KeepsTheConstantsOfFunctions) {
  for (const Function& function : test::every_function()) {
    Builder builder("net");
    builder.append(function, {builder.input({2})}, "f");
    const Model model = builder.finish();
    const std::string content = content_of(model);
    EXPECT_EQ(model_from_content(content, "file"), model) << describe(function);
    const bool is_usual = function == Function(function.function);
    EXPECT_EQ(content.find("alpha") == content.npos && content.find("points\\\":[") == content.npos,
              is_usual)
        << describe(function);
  }
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
