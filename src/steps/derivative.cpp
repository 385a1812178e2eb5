#include "steps/derivative.h"

#include <cmath>
#include <numbers>

#include "qfx/base/error.h"

namespace qfx::steps {
namespace {

using graph::FunctionName;

double sigmoid_of(double x) {
  return graph::function_value(FunctionName::Sigmoid, x);
}

double normal_density(double x) {
  return std::exp(-0.5 * x * x) * 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
}

double of_hard_sigmoid(const graph::Function& f, double x) {
  if (f == graph::Function(FunctionName::HardSigmoid)) return -3 < x && x < 3 ? 1.0 / 6 : 0;
  const double y = f.alpha * x + f.beta;
  return 0 < y && y < 1 ? f.alpha : 0;
}

// x * sigmoid(u(x)), u' = slope.
double of_gated(double x, double u, double slope) {
  return sigmoid_of(u) * (1 + x * slope * sigmoid_of(-u));
}

double of_gelu_tanh(double x) {
  constexpr double kCubic = 0.044715;
  const double k = 2 * std::sqrt(2 / std::numbers::pi);
  return of_gated(x, k * (x + kCubic * x * x * x), k * (1 + 3 * kCubic * x * x));
}

double of_mish(double x) {
  const double t = std::tanh(graph::function_value(FunctionName::Softplus, x));
  return t + x * sigmoid_of(x) * (1 - t * t);
}

// Of the straight piece that begins at x or holds it.
double of_points(const std::vector<graph::Point>& points, double x) {
  const std::size_t segment = graph::segment_of(points, x);
  if (segment == 0 || segment == points.size()) return 0;
  const auto& [x0, y0] = points[segment - 1];
  const auto& [x1, y1] = points[segment];
  return (y1 - y0) / (x1 - x0);
}

double slope_of(const graph::Function& f, double x) {
  switch (f.function) {
    case FunctionName::Sigmoid:
      return sigmoid_of(x) * sigmoid_of(-x);
    case FunctionName::Tanh:
      return 1 - std::tanh(x) * std::tanh(x);
    case FunctionName::HardSigmoid:
      return of_hard_sigmoid(f, x);
    case FunctionName::HardSwish:
      return x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : 1;
    case FunctionName::Silu:
      return of_gated(x, f.alpha * x, f.alpha);
    case FunctionName::Gelu:
      return 0.5 * std::erfc(-x / std::numbers::sqrt2) + x * normal_density(x);
    case FunctionName::Softplus:
      return sigmoid_of(x);
    case FunctionName::Elu:
      return x > 0 ? 1 : f.alpha * std::exp(x);
    case FunctionName::Exp:
      return graph::function_value(f, x);
    case FunctionName::Selu:
      return f.beta * (x > 0 ? 1 : f.alpha * std::exp(x));
    case FunctionName::Celu:
      return x > 0 ? 1 : std::exp(x / f.alpha);
    case FunctionName::GeluTanh:
      return of_gelu_tanh(x);
    case FunctionName::Mish:
      return of_mish(x);
    case FunctionName::Softsign:
      return 1 / ((1 + std::abs(x)) * (1 + std::abs(x)));
    case FunctionName::LogSigmoid:
      return sigmoid_of(-x);
    case FunctionName::Shrink:
      return x < -f.alpha || x > f.alpha ? 1 : 0;
    case FunctionName::ThresholdedRelu:
      return x > f.alpha ? 1 : 0;
    case FunctionName::Erf:
      return 2 * std::numbers::inv_sqrtpi * std::exp(-x * x);
    case FunctionName::Sin:
      return std::cos(x);
    case FunctionName::Cos:
      return -std::sin(x);
    case FunctionName::Atan:
      return 1 / (1 + x * x);
    case FunctionName::Sqrt:
      return x > 0 ? 0.5 / std::sqrt(x) : 0;
    case FunctionName::Rsqrt:
      return x > 0 ? -0.5 / (x * std::sqrt(x)) : 0;
    case FunctionName::Reciprocal:
      return x == 0 ? 0 : -1 / (x * x);
    case FunctionName::Log:
      return x > 0 ? 1 / x : 0;
    case FunctionName::Sign:
    case FunctionName::Floor:
    case FunctionName::Ceil:
    case FunctionName::Round:
      return 0;
    case FunctionName::Points:
      return of_points(f.points, x);
  }
  internal_error("unknown function {}", static_cast<int>(f.function));
}

}  // namespace

double derivative(const graph::Function& function, double x) {
  const double slope = slope_of(function, x);
  return std::isfinite(slope) ? slope : 0;
}

}  // namespace qfx::steps
