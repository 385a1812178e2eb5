#include "train/ops/any_device/operator_function.h"

#include <cmath>
#include <limits>

#include "train/tensors/layout.h"
#include "train/ops/overflow_count.h"

namespace qfx::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// Each value's entry; the first for a NaN.
at::Tensor entries_of(const at::Tensor& x, const Lookup& lookup) {
  const at::Tensor raw = x.to(at::kDouble) * std::ldexp(1.0, lookup.input.frac_bits());
  const at::Tensor index = raw - static_cast<double>(fixed::min_raw(lookup.input));
  return at::where(at::isnan(x), at::zeros_like(index), index).to(at::kLong);
}

// column[entry] in float64, `of_nan` for a NaN.
template <class Column>
at::Tensor looked_up(const Column& column, const at::Tensor& entries, const at::Tensor& x,
                     double of_nan) {
  const std::vector<double> values(column.begin(), column.end());
  const at::Tensor table = at::tensor(at::ArrayRef<double>(values), at::kDouble).to(x.device());
  const at::Tensor taken = at::take(table, entries);
  return at::where(at::isnan(x), at::full_like(taken, of_nan), taken);
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct OperatorFunctionCast : Function<OperatorFunctionCast> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor&,
                            const AssignmentPtr& assignment, const LookupPtr& lookup) {
    context->save_for_backward({x});
    context->saved_data["assignment"] = to_capsule(assignment);
    context->saved_data["lookup"] = c10::IValue::make_capsule(lookup);
    const at::Tensor raw = looked_up(lookup->table, entries_of(x, *lookup), x, kNan);
    return (raw * std::ldexp(1.0, -lookup->output.frac_bits())).to(x.scalar_type());
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const AssignmentPtr assignment = from_capsule(context->saved_data["assignment"]);
    const LookupPtr lookup =
        c10::static_intrusive_pointer_cast<Lookup>(context->saved_data["lookup"].toCapsule());
    const TableGradient& entry = gradient_of(*lookup);
    const at::Tensor entries = entries_of(x, *lookup), dy = gradients[0].to(at::kDouble);
    const at::Tensor df = looked_up(entry.df, entries, x, kNan) * dy;
    const at::Tensor overflows = looked_up(entry.overflows, entries, x, 1);
    const std::vector<double> sums = doubles(at::stack({df.sum(), overflows.sum()}));
    const at::Tensor dx = (looked_up(entry.dx, entries, x, 0) * dy).to(x.scalar_type());
    const std::vector<kernels::PointGradient> points{{sums[0], std::llround(sums[1])}};
    return {dx, point_gradient(*assignment, points, x.numel()), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor operator_function_cast(const at::Tensor& x, const at::Tensor& f,
                                  const AssignmentPtr& assignment, const LookupPtr& lookup) {
  if (counts_now(*assignment, {x, f})) {
    const at::Tensor values = x.detach();
    const at::Tensor overflows =
        looked_up(gradient_of(*lookup).overflows, entries_of(values, *lookup), values, 1);
    assignment->count->overflows += overflows.sum().item<std::int64_t>();
    assignment->count->values += values.numel();
  }
  return OperatorFunctionCast::apply(x, f, assignment, lookup);
}

}  // namespace qfx::train
