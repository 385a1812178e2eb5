#include "train/network/real_function.h"

#include <limits>
#include <vector>

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

using graph::FunctionName;

// f(x) where it is a number, else `otherwise`; without the NaN that a slope of infinity times 0 is.
template <class F>
at::Tensor where_defined(const at::Tensor& defined, const at::Tensor& x,
                         const at::Tensor& otherwise, const F& f) {
  return at::where(defined, f(at::where(defined, x, at::ones_like(x))), otherwise);
}

at::Tensor largest_like(const at::Tensor& x, double sign) {
  const double largest = x.scalar_type() == at::kDouble ? std::numeric_limits<double>::max()
                                                        : std::numeric_limits<float>::max();
  return at::full_like(x, sign * largest);
}

// What is infinite at 0 and no number below.
at::Tensor at_zero(const at::Tensor& x, double sign) {
  return at::where(x == 0, largest_like(x, sign), at::zeros_like(x));
}

at::Tensor column(const std::vector<graph::Point>& points, std::size_t axis, const at::Tensor& x) {
  std::vector<double> values;
  for (const graph::Point& point : points) values.push_back(point[axis]);
  return at::tensor(values, at::kDouble).to(x.options());
}

at::Tensor through_points(const std::vector<graph::Point>& points, const at::Tensor& x) {
  const at::Tensor xs = column(points, 0, x), ys = column(points, 1, x);
  const auto last = static_cast<std::int64_t>(points.size()) - 1;
  const at::Tensor segment = at::searchsorted(xs, x.detach().contiguous(), false, /*right=*/true);
  const at::Tensor low = (segment - 1).clamp(0, last - 1);
  const at::Tensor x0 = xs.take(low), y0 = ys.take(low);
  const at::Tensor x1 = xs.take(low + 1), y1 = ys.take(low + 1);
  const at::Tensor inside = at::logical_and(segment > 0, segment <= last);
  const at::Tensor ends = at::where(segment == 0, ys[0], ys[last]);
  const at::Tensor run = at::where(x1 > x0, x1 - x0, at::ones_like(x0));
  return at::where(inside, y0 + (x - x0) / run * (y1 - y0), ends);
}

at::Tensor hard_sigmoid(const graph::Function& f, const at::Tensor& x) {
  if (f == graph::Function(FunctionName::HardSigmoid)) return at::hardsigmoid(x);
  const at::Tensor y = x * f.alpha + f.beta;
  const at::Tensor inside = at::logical_and(y > 0, y < 1);
  return at::where(inside, y, y.detach().clamp(0, 1));
}

at::Tensor shrink(const graph::Function& f, const at::Tensor& x) {
  return at::where(x < -f.alpha, x + f.beta,
                   at::where(x > f.alpha, x - f.beta, at::zeros_like(x)));
}

}  // namespace

// torch's softplus is x from 20 on, which is less than 2^-28 off.
at::Tensor real_function(const graph::Function& f, const at::Tensor& x) {
  switch (f.function) {
    case FunctionName::Sigmoid:
      return at::sigmoid(x);
    case FunctionName::Tanh:
      return at::tanh(x);
    case FunctionName::HardSigmoid:
      return hard_sigmoid(f, x);
    case FunctionName::HardSwish:
      return at::hardswish(x);
    case FunctionName::Silu:
      return f.alpha == 1 ? at::silu(x) : x * at::sigmoid(x * f.alpha);
    case FunctionName::Gelu:
      return at::gelu(x);
    case FunctionName::Softplus:
      return at::softplus(x);
    case FunctionName::Elu:
      return at::elu(x, f.alpha);
    case FunctionName::Exp:
      return at::exp(x);
    case FunctionName::Selu:
      return at::elu(x, f.alpha, f.beta);
    case FunctionName::Celu:
      return at::celu(x, f.alpha);
    case FunctionName::GeluTanh:
      return at::gelu(x, "tanh");
    case FunctionName::Mish:
      return at::mish(x);
    case FunctionName::Softsign:
      return x / (1 + at::abs(x));
    case FunctionName::LogSigmoid:
      return at::log_sigmoid(x);
    case FunctionName::Shrink:
      return shrink(f, x);
    case FunctionName::ThresholdedRelu:
      return at::where(x > f.alpha, x, at::zeros_like(x));
    case FunctionName::Erf:
      return at::erf(x);
    case FunctionName::Sin:
      return at::sin(x);
    case FunctionName::Cos:
      return at::cos(x);
    case FunctionName::Atan:
      return at::atan(x);
    case FunctionName::Sqrt:
      return where_defined(x > 0, x, at::zeros_like(x),
                           [](const at::Tensor& at_x) { return at::sqrt(at_x); });
    case FunctionName::Rsqrt:
      return where_defined(x > 0, x, at_zero(x, 1),
                           [](const at::Tensor& at_x) { return at::rsqrt(at_x); });
    case FunctionName::Reciprocal:
      return where_defined(x != 0, x, at_zero(x, 1),
                           [](const at::Tensor& at_x) { return at::reciprocal(at_x); });
    case FunctionName::Log:
      return where_defined(x > 0, x, at_zero(x, -1),
                           [](const at::Tensor& at_x) { return at::log(at_x); });
    case FunctionName::Sign:
      return at::sign(x);
    case FunctionName::Floor:
      return at::floor(x);
    case FunctionName::Ceil:
      return at::ceil(x);
    case FunctionName::Round:
      return at::round(x);
    case FunctionName::Points:
      return through_points(f.points, x);
  }
  internal_error("unknown function {}", static_cast<int>(f.function));
}

}  // namespace qfx::train
