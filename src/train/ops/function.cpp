#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "train/tensors/blocks.h"
#include "train/tensors/layout.h"
#include "train/ops/lookup.h"
#include "train/ops/any_device/operator_function.h"
#include "train/ops/overflow_count.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

using graph::FunctionName;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

double normal_density(double x) {
  return std::exp(-0.5 * x * x) * 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
}

// As torch's backward passes, at the corners too.
double derivative(FunctionName function, double x) {
  const auto sigmoid = [](double at) { return graph::function_value(FunctionName::Sigmoid, at); };
  switch (function) {
    case FunctionName::Sigmoid:
      return sigmoid(x) * sigmoid(-x);
    case FunctionName::Tanh:
      return 1 - std::tanh(x) * std::tanh(x);
    case FunctionName::HardSigmoid:
      return -3 < x && x < 3 ? 1.0 / 6 : 0;
    case FunctionName::HardSwish:
      return x < -3 ? 0 : x <= 3 ? x / 3 + 0.5 : 1;
    case FunctionName::Silu:
      return sigmoid(x) * (1 + x * sigmoid(-x));
    case FunctionName::Gelu:
      return 0.5 * std::erfc(-x / std::numbers::sqrt2) + x * normal_density(x);
    case FunctionName::Softplus:
      return sigmoid(x);
    case FunctionName::Elu:
      return x > 0 ? 1 : std::exp(x);
    case FunctionName::Exp:
      return graph::function_value(FunctionName::Exp, x);
  }
  internal_error("unknown function {}", static_cast<int>(function));
}

// Each entry is a channel of its own to the kernel that defines the cast's gradient.
void make_gradient(Lookup& lookup) {
  const FunctionName function = std::get<graph::Function>(lookup.op).function;
  const auto size = static_cast<std::int64_t>(lookup.table.size());
  const std::int64_t low = fixed::min_raw(lookup.input);
  std::vector<double> x(size), values(size), inside(size, 1.0);
  for (std::int64_t i = 0; i < size; ++i) {
    x[i] = std::ldexp(static_cast<double>(low + i), -lookup.input.frac_bits());
    values[i] = graph::function_value(function, x[i]);
  }
  const std::vector<int> frac_bits(size, lookup.output.frac_bits());
  std::vector<kernels::PointGradient> points(size);
  kernels::fake_cast_backward(values.data(), inside.data(), inside.data(), {1, size, 1},
                              lookup.output, frac_bits.data(), points.data());
  TableGradient& gradient = lookup.gradient;
  for (std::int64_t i = 0; i < size; ++i) {
    gradient.dx.push_back(inside[i] * derivative(function, x[i]));
    gradient.df.push_back(points[i].df);
    gradient.overflows.push_back(points[i].overflows != 0);
  }
}

// From a value to its entry.
class Index {
 public:
  explicit Index(const Lookup& lookup)
      : scale_(std::ldexp(1.0, lookup.input.frac_bits())),
        low_(static_cast<double>(fixed::min_raw(lookup.input))) {}

  // x is no NaN.
  template <class T>
  std::size_t operator()(T x) const {
    return static_cast<std::size_t>(static_cast<double>(x) * scale_ - low_);
  }

 private:
  double scale_, low_;
};

struct FunctionCast : Function<FunctionCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor&,
                            const AssignmentPtr& assignment, const LookupPtr& lookup) {
    const at::Tensor x = dense(input);
    at::Tensor y = at::empty_like(x);
    const Index index(*lookup);
    const Blocks blocks(flat_extent(x));
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T unit = std::ldexp(T(1), -lookup->output.frac_bits());
      const T* from = x.data_ptr<T>();
      T* to = y.data_ptr<T>();
      blocks.run([&](std::int64_t, std::int64_t offset, kernels::Extent part) {
        for (std::int64_t i = offset; i < offset + part.size(); ++i)
          to[i] =
              std::isnan(from[i]) ? from[i] : static_cast<T>(lookup->table[index(from[i])]) * unit;
      });
    });
    context->save_for_backward({x});
    context->saved_data["assignment"] = to_capsule(assignment);
    context->saved_data["lookup"] = c10::IValue::make_capsule(lookup);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const LookupPtr lookup =
        c10::static_intrusive_pointer_cast<Lookup>(context->saved_data["lookup"].toCapsule());
    const TableGradient& entry = gradient_of(*lookup);
    const at::Tensor dy = dense_like(gradients[0], x);
    at::Tensor dx = at::empty_like(x);
    const Index index(*lookup);
    const Blocks blocks(flat_extent(x));
    std::vector<kernels::PointGradient> points(blocks.count());
    with_carrier(x, [&](auto carrier) {
      using T = decltype(carrier);
      const T* from = x.data_ptr<T>();
      const T* above = dy.data_ptr<T>();
      T* to = dx.data_ptr<T>();
      blocks.run([&](std::int64_t block, std::int64_t offset, kernels::Extent part) {
        kernels::PointGradient sum;
        for (std::int64_t i = offset; i < offset + part.size(); ++i) {
          if (std::isnan(from[i])) {
            to[i] = 0;
            sum += {std::numeric_limits<double>::quiet_NaN(), 1};
            continue;
          }
          const std::size_t at = index(from[i]);
          to[i] = static_cast<T>(entry.dx[at] * above[i]);
          sum += {entry.df[at] * above[i], entry.overflows[at]};
        }
        points[block] = sum;
      });
    });
    return {dx, point_gradient(*assignment, points, x.numel()), at::Tensor(), at::Tensor()};
  }
};

// What the backward pass would count.
void count_entries(const at::Tensor& values, const Assignment& assignment, Lookup& lookup) {
  const std::vector<bool>& overflows = gradient_of(lookup).overflows;
  const at::Tensor x = dense(values.detach());
  const Index index(lookup);
  with_carrier(x, [&](auto carrier) {
    const auto* from = x.data_ptr<decltype(carrier)>();
    for (std::int64_t i = 0; i < x.numel(); ++i)
      assignment.count->overflows += std::isnan(from[i]) || overflows[index(from[i])];
  });
  assignment.count->values += x.numel();
}

}  // namespace

const TableGradient& gradient_of(Lookup& lookup) {
  if (lookup.gradient.dx.empty()) make_gradient(lookup);
  return lookup.gradient;
}

void update_lookup(LookupPtr& lookup, const graph::Op& op, const fixed::Format& input,
                   const fixed::Format& output) {
  if (lookup && lookup->op == op && lookup->input == input && lookup->output == output) return;
  // A new one: a backward that is still to come holds the old.
  lookup = c10::make_intrusive<Lookup>();
  lookup->op = op;
  lookup->input = input;
  lookup->output = output;
  lookup->table = graph::make_table(op, input, output)->raw;
}

at::Tensor function_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment,
                         const LookupPtr& lookup) {
  if (!x.device().is_cpu()) return operator_function_cast(x, f, assignment, lookup);
  if (counts_now(*assignment, {x, f})) count_entries(x, *assignment, *lookup);
  return FunctionCast::apply(x, f, assignment, lookup);
}

}  // namespace qfx::train
