#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <string_view>

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

using RealFunction = std::function<double(double)>;

double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double gelu(double x, bool by_tanh) {
  if (!by_tanh) return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
  const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1 + std::tanh(inner));
}

// Half to even, as ONNX has it.
double round_even(double x) {
  return std::nearbyint(x);
}

double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

// Straight between corners and constant outside; of two at one place the second counts there.
RealFunction through_points(const Call& call) {
  const auto& [xs, ys] = corners_of(call);
  return [&xs = xs, &ys = ys](double x) {
    const auto next = static_cast<std::size_t>(std::ranges::upper_bound(xs, x) - xs.begin());
    if (next == 0) return ys.front();
    if (next == xs.size()) return ys.back();
    const double part = (x - xs[next - 1]) / (xs[next] - xs[next - 1]);
    return ys[next - 1] + part * (ys[next] - ys[next - 1]);
  };
}

// The function of one variable that a node is; empty for another kind of node.
RealFunction real_function(const Call& call) {
  const std::string& op = call.node.op;
  static const std::map<std::string_view, double (*)(double)> kPlain{
      {"Relu", [](double x) { return std::max(x, 0.0); }},
      {"Sigmoid", sigmoid},
      {"Tanh", [](double x) { return std::tanh(x); }},
      {"Softplus", softplus},
      {"Softsign", [](double x) { return x / (1 + std::abs(x)); }},
      {"Exp", [](double x) { return std::exp(x); }},
      {"Log", [](double x) { return std::log(x); }},
      {"Sqrt", [](double x) { return std::sqrt(x); }},
      {"Abs", [](double x) { return std::abs(x); }},
      {"Neg", [](double x) { return -x; }},
      {"Erf", [](double x) { return std::erf(x); }},
      {"Floor", [](double x) { return std::floor(x); }},
      {"Ceil", [](double x) { return std::ceil(x); }},
      {"Round", round_even},
      {"Sign", sign},
      {"Reciprocal", [](double x) { return 1 / x; }},
      {"Sin", [](double x) { return std::sin(x); }},
      {"Cos", [](double x) { return std::cos(x); }},
      {"Atan", [](double x) { return std::atan(x); }},
      {"Rsqrt", [](double x) { return 1 / std::sqrt(x); }},
      {"LogSigmoid", [](double x) { return -softplus(-x); }},
      {"Mish", [](double x) { return x * std::tanh(softplus(x)); }},
      {"HardSwish", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }}};
  if (const auto found = kPlain.find(op); found != kPlain.end()) return found->second;
  if (op == "LeakyRelu") {
    const double alpha = call.real("alpha", 0.01F);
    return [=](double x) { return x >= 0 ? x : alpha * x; };
  }
  if (op == "Elu") {
    const double alpha = call.real("alpha", 1);
    return [=](double x) { return x >= 0 ? x : alpha * std::expm1(x); };
  }
  if (op == "Celu") {
    const double alpha = call.real("alpha", 1);
    if (alpha == 0) fault("its alpha is 0; it divides by it");
    return
        [=](double x) { return std::max(x, 0.0) + std::min(0.0, alpha * std::expm1(x / alpha)); };
  }
  if (op == "Selu") {
    const double alpha = call.real("alpha", 1.67326319217681884765625);
    const double gamma = call.real("gamma", 1.05070102214813232421875);
    return [=](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); };
  }
  if (op == "HardSigmoid") {
    const double alpha = call.real("alpha", 0.2F), beta = call.real("beta", 0.5);
    return [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); };
  }
  if (op == "Points") return through_points(call);
  if (op == "ThresholdedRelu") {
    const double alpha = call.real("alpha", 1);
    return [=](double x) { return x > alpha ? x : 0; };
  }
  if (op == "Shrink") {
    const double edge = call.real("lambd", 0.5), bias = call.real("bias", 0);
    return [=](double x) { return x < -edge ? x + bias : x > edge ? x - bias : 0; };
  }
  if (op == "Swish") {
    const double alpha = call.real("alpha", 1);
    return [=](double x) { return x * sigmoid(alpha * x); };
  }
  if (op == "Gelu") {
    const std::string approximate = call.text("approximate", "none");
    if (approximate != "none" && approximate != "tanh")
      fault("its attribute approximate is '{}'; 'none' and 'tanh' are known", approximate);
    return [by_tanh = approximate == "tanh"](double x) { return gelu(x, by_tanh); };
  }
  return {};
}

// In two's complement, as every machine that runs such files has it.
std::int64_t wrapped(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

std::int64_t whole_result(std::string_view op, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
  if (op == "Add" || op == "Sum") return wrapped(x + y);
  if (op == "Sub") return wrapped(x - y);
  if (op == "Mul") return wrapped(x * y);
  if (op == "Max") return std::max(a, b);
  if (op == "Min") return std::min(a, b);
  if (op == "Equal") return a == b;
  if (op == "Less") return a < b;
  if (op == "LessOrEqual") return a <= b;
  if (op == "Greater") return a > b;
  if (op == "GreaterOrEqual") return a >= b;
  if (op == "And") return a != 0 && b != 0;
  if (op == "Or") return a != 0 || b != 0;
  if (op == "Div" || op == "Mod") {
    if (b == 0) fault("it divides an integer by 0");
    if (b == -1) return op == "Div" ? wrapped(-x) : 0;
    if (op == "Div") return a / b;
    const std::int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  fault("it cannot be computed on integers");
}

double real_result(std::string_view op, double a, double b) {
  if (op == "Add" || op == "Sum" || op == "Mean") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Div") return a / b;
  if (op == "Pow") return std::pow(a, b);
  if (op == "Max") return std::max(a, b);
  if (op == "Min") return std::min(a, b);
  if (op == "PRelu") return a >= 0 ? a : a * b;
  fault("it cannot be computed on real numbers");
}

bool compares(std::string_view op) {
  static constexpr std::string_view kComparisons[] = {
      "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or"};
  return std::ranges::find(kComparisons, op) != std::end(kComparisons);
}

bool real_comparison(std::string_view op, double a, double b) {
  if (op == "Equal") return a == b;
  if (op == "Less") return a < b;
  if (op == "LessOrEqual") return a <= b;
  if (op == "Greater") return a > b;
  if (op == "GreaterOrEqual") return a >= b;
  fault("it cannot be computed on real numbers");
}

// Of two operands, whose shapes broadcast.
Tensor combined(const std::string& op, const Tensor& a, const Tensor& b) {
  Shape shape = broadcast(a.shape, b.shape);
  // The exponent of a power may be of another type.
  if (a.is_integer != b.is_integer && op != "Pow")
    fault("one of its inputs holds integers and another real numbers");
  const bool to_integer = compares(op) || (a.is_integer && op != "Pow");
  if (!a.known || !b.known) return Tensor::unknown(std::move(shape), to_integer);
  check_affordable(shape);
  const auto at_a = broadcast_index(a.shape, shape), at_b = broadcast_index(b.shape, shape);
  Tensor result{.shape = std::move(shape), .is_integer = to_integer};
  for (std::size_t i = 0; i < at_a.size(); ++i) {
    const std::int64_t m = at_a[i], n = at_b[i];
    if (to_integer)
      result.integers.push_back(a.is_integer
                                    ? whole_result(op, a.integers[m], b.integers[n])
                                    : std::int64_t{real_comparison(op, a.reals[m], b.reals[n])});
    else
      result.reals.push_back(real_result(op, a.real(m), b.real(n)));
  }
  return result;
}

// Before opset 7 the second operand lies along the first one's axes from `axis` on.
Tensor placed_along(const Call& call, const Tensor& a, const Tensor& b) {
  if (call.node.opset >= 7 || call.node.op == "PRelu" || call.integer("broadcast", 0) == 0)
    return b;
  if (!call.gives("axis")) return b;
  const std::size_t axis = Call::axis(call.integer("axis", 0), a.shape.size());
  if (axis + b.shape.size() > a.shape.size())
    fault("its second input has more axes than there are from axis {} on", axis);
  Tensor placed = b;
  placed.shape.resize(a.shape.size() - axis, 1);
  return placed;
}

// The slopes of a PRelu before opset 7 are one a channel.
Tensor slopes(const Call& call, const Tensor& x, const Tensor& slope) {
  if (slope.shape.size() != 1 || x.shape.size() < 2 || call.node.opset >= 7) return slope;
  Tensor placed = slope;
  placed.shape.resize(x.shape.size() - 1, 1);
  return placed;
}

}  // namespace

Corners corners_of(const Call& call) {
  const auto list = [&](const char* name) -> const std::vector<double>& {
    const auto found = call.node.attributes.find(name);
    const auto* values = found == call.node.attributes.end()
                             ? nullptr
                             : std::get_if<std::vector<double>>(&found->second);
    if (values == nullptr || values->size() < 2) fault("its attribute {} is no list of numbers", name);
    return *values;
  };
  const Corners corners{list("x"), list("y")};
  if (corners.x.size() != corners.y.size() || !std::ranges::is_sorted(corners.x))
    fault("its corners do not ascend, or are not as many x as y");
  return corners;
}

Tensors unary(const Call& call) {
  const Tensor& x = call.in(0);
  if (x.is_integer) {
    if (call.node.op != "Neg" && call.node.op != "Abs" && call.node.op != "Relu")
      fault("it is computed on integers; a network here computes on real numbers");
    if (!x.known) return {Tensor::unknown(x.shape, true)};
    Tensor result = x;
    for (std::int64_t& value : result.integers) {
      const bool flips = call.node.op == "Neg" || (call.node.op == "Abs" && value < 0);
      if (flips) value = wrapped(-static_cast<std::uint64_t>(value));
      if (call.node.op == "Relu") value = std::max<std::int64_t>(value, 0);
    }
    return {std::move(result)};
  }
  const RealFunction function = real_function(call);
  if (!x.known) return {Tensor::unknown(x.shape)};
  Tensor result = x;
  for (double& value : result.reals) value = function(value);
  return {std::move(result)};
}

Tensors binary(const Call& call) {
  const Tensor& a = call.in(0);
  const Tensor b =
      call.node.op == "PRelu" ? slopes(call, a, call.in(1)) : placed_along(call, a, call.in(1));
  Tensor result = combined(call.node.op, a, b);
  if (call.node.op == "PRelu" && result.shape != a.shape)
    fault("its slopes have the shape {} and its input {}", to_string(b.shape), to_string(a.shape));
  return {std::move(result)};
}

Tensors variadic(const Call& call) {
  Tensor result = call.in(0);
  for (std::size_t i = 1; i < call.inputs.size(); ++i)
    result = combined(call.node.op, result, call.in(i));
  if (call.node.op == "Mean") {
    for (double& value : result.reals) value /= static_cast<double>(call.inputs.size());
  }
  return {std::move(result)};
}

Tensors clip(const Call& call) {
  const Tensor& x = call.in(0);
  const double infinity = std::numeric_limits<double>::infinity();
  const double low = call.number("min", 1).value_or(-infinity);
  const double high = call.number("max", 2).value_or(infinity);
  if (std::isnan(low) || std::isnan(high)) fault("one of its bounds is not a number");
  if (!x.known) return {Tensor::unknown(x.shape, x.is_integer)};
  Tensor result = x;
  for (double& value : result.reals) value = std::min(std::max(value, low), high);
  for (std::int64_t& value : result.integers)
    value = static_cast<std::int64_t>(std::min(std::max(static_cast<double>(value), low), high));
  return {std::move(result)};
}

// ONNX's numbers of types: 1, 10, 11 and 16 are the real ones.
Tensors cast(const Call& call) {
  const Tensor& x = call.in(0);
  const std::int64_t to = call.integer("to", 0);
  const bool to_real = to == 1 || to == 10 || to == 11 || to == 16;
  const bool to_whole = (to >= 2 && to <= 7) || to == 9 || to == 12 || to == 13;
  if (!to_real && !to_whole) fault("its attribute to is {}, a type that is not known here", to);
  if (!x.known) return {Tensor::unknown(x.shape, to_whole)};
  if (x.is_integer == to_whole && to != 9) return {x};
  Tensor result{.shape = x.shape, .is_integer = to_whole};
  for (std::int64_t i = 0; i < x.size(); ++i) {
    if (to_real) {
      result.reals.push_back(x.real(i));
    } else if (to == 9) {
      result.integers.push_back(x.real(i) != 0);
    } else {
      if (!(std::abs(x.reals[i]) < 0x1p62)) fault("it makes {} an integer", x.reals[i]);
      result.integers.push_back(static_cast<std::int64_t>(x.reals[i]));
    }
  }
  return {std::move(result)};
}

Tensors cast_like(const Call& call) {
  if (call.in(0).is_integer != call.in(1).is_integer)
    fault("it changes between integers and real numbers; a Cast says to which type");
  return {call.in(0)};
}

Tensors where(const Call& call) {
  const Tensor &condition = call.in(0), &a = call.in(1), &b = call.in(2);
  Shape shape = broadcast(broadcast(condition.shape, a.shape), b.shape);
  if (a.is_integer != b.is_integer) fault("its two values are of different types");
  if (!call.known()) return {Tensor::unknown(std::move(shape), a.is_integer)};
  check_affordable(shape);
  const Tensor from_a = gathered(a, shape, broadcast_index(a.shape, shape));
  const Tensor from_b = gathered(b, shape, broadcast_index(b.shape, shape));
  const auto at = broadcast_index(condition.shape, shape);
  Tensor result = from_b;
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (condition.real(at[i]) == 0) continue;
    if (a.is_integer)
      result.integers[i] = from_a.integers[i];
    else
      result.reals[i] = from_a.reals[i];
  }
  return {std::move(result)};
}

Tensors identity(const Call& call) {
  return {call.in(0)};
}

Tensors dropout(const Call& call) {
  if (call.has_output(1)) fault("its mask is read; only its first output is here");
  if (call.has(2) && (!call.in(2).known || call.in(2).real(0) != 0))
    fault("its training_mode is set; export the network for inference");
  return {call.in(0)};
}

}  // namespace qfx::imports
