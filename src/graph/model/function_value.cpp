// The functions of docs/semantics.md in IEEE double.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "qfx/base/error.h"
#include "qfx/graph/table.h"

namespace qfx::graph {
namespace {

// Without the overflow of exp(-x) and without the cancellation of 1 - 1 / (1 + exp(x)).
double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

double relu6(double x) {
  return std::clamp(x, 0.0, 6.0);
}

// Torch's own formula where it is torch's function: tables of old files have its last bits.
double hard_sigmoid(const Function& f, double x) {
  if (f == Function(FunctionName::HardSigmoid)) return relu6(x + 3) / 6;
  return std::clamp(f.alpha * x + f.beta, 0.0, 1.0);
}

// (1 + tanh z) / 2 is the sigmoid of 2z, which does not cancel.
double gelu_tanh(double x) {
  const double z = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return x * sigmoid(2 * z);
}

double shrink(const Function& f, double x) {
  if (x < -f.alpha) return x + f.beta;
  return x > f.alpha ? x - f.beta : 0;
}

double through_points(const std::vector<Point>& points, double x) {
  const std::size_t segment = segment_of(points, x);
  if (segment == 0) return points.front()[1];
  if (segment == points.size()) return points.back()[1];
  const auto& [x0, y0] = points[segment - 1];
  const auto& [x1, y1] = points[segment];
  return y0 + (x - x0) / (x1 - x0) * (y1 - y0);
}

double value_of(const Function& f, double x) {
  switch (f.function) {
    case FunctionName::Sigmoid:
      return sigmoid(x);
    case FunctionName::Tanh:
      return std::tanh(x);
    case FunctionName::HardSigmoid:
      return hard_sigmoid(f, x);
    case FunctionName::HardSwish:
      return x * relu6(x + 3) / 6;
    case FunctionName::Silu:
      return x * sigmoid(f.alpha * x);
    case FunctionName::Gelu:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case FunctionName::Softplus:
      return softplus(x);
    case FunctionName::Elu:
      return x > 0 ? x : f.alpha * std::expm1(x);
    case FunctionName::Exp:
      return std::exp(x);
    case FunctionName::Selu:
      return f.beta * (x > 0 ? x : f.alpha * std::expm1(x));
    case FunctionName::Celu:
      return std::max(x, 0.0) + std::min(0.0, f.alpha * std::expm1(x / f.alpha));
    case FunctionName::GeluTanh:
      return gelu_tanh(x);
    case FunctionName::Mish:
      return x * std::tanh(softplus(x));
    case FunctionName::Softsign:
      return x / (1 + std::abs(x));
    case FunctionName::LogSigmoid:
      return -softplus(-x);
    case FunctionName::Shrink:
      return shrink(f, x);
    case FunctionName::ThresholdedRelu:
      return x > f.alpha ? x : 0;
    case FunctionName::Erf:
      return std::erf(x);
    case FunctionName::Sin:
      return std::sin(x);
    case FunctionName::Cos:
      return std::cos(x);
    case FunctionName::Atan:
      return std::atan(x);
    case FunctionName::Sqrt:
      return std::sqrt(x);
    case FunctionName::Rsqrt:
      return 1 / std::sqrt(x);
    case FunctionName::Reciprocal:
      return 1 / x;
    case FunctionName::Log:
      return std::log(x);
    case FunctionName::Sign:
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case FunctionName::Floor:
      return std::floor(x);
    case FunctionName::Ceil:
      return std::ceil(x);
    case FunctionName::Round:
      return std::nearbyint(x);
    case FunctionName::Points:
      return through_points(f.points, x);
  }
  internal_error("unknown function {}", static_cast<int>(f.function));
}

}  // namespace

std::size_t segment_of(const std::vector<Point>& points, double x) {
  const auto next = std::ranges::upper_bound(points, x, {}, [](const Point& p) { return p[0]; });
  return static_cast<std::size_t>(next - points.begin());
}

double function_value(const Function& function, double x) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  const double y = value_of(function, x);
  return std::isnan(y) ? 0 : std::clamp(y, -kLargest, kLargest);
}

// Where x >= 0 some are below zero, by their nature or by an unusual constant.
bool can_be_negative(const Function& function, bool negative_input) {
  switch (function.function) {
    case FunctionName::Sigmoid:
    case FunctionName::HardSigmoid:
    case FunctionName::Softplus:
    case FunctionName::Exp:
    case FunctionName::Sqrt:
    case FunctionName::Rsqrt:
      return false;
    case FunctionName::Tanh:
    case FunctionName::HardSwish:
    case FunctionName::Silu:
    case FunctionName::Gelu:
    case FunctionName::Elu:
    case FunctionName::Celu:
    case FunctionName::GeluTanh:
    case FunctionName::Mish:
    case FunctionName::Softsign:
    case FunctionName::Erf:
    case FunctionName::Atan:
    case FunctionName::Reciprocal:
    case FunctionName::Sign:
    case FunctionName::Floor:
    case FunctionName::Ceil:
    case FunctionName::Round:
      return negative_input;
    case FunctionName::Selu:
      return negative_input || function.beta < 0;
    case FunctionName::Shrink:
      return negative_input || function.beta > function.alpha || function.alpha < 0;
    case FunctionName::ThresholdedRelu:
      return negative_input && function.alpha < 0;
    case FunctionName::LogSigmoid:
    case FunctionName::Sin:
    case FunctionName::Cos:
    case FunctionName::Log:
      return true;
    case FunctionName::Points:
      return std::ranges::any_of(function.points, [](const Point& p) { return p[1] < 0; });
  }
  internal_error("unknown function {}", static_cast<int>(function.function));
}

}  // namespace qfx::graph
