#include "train/ops/any_device/operator_function.h"

#include <cmath>
#include <limits>

#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

// Each value's entry; the first for a NaN.
at::Tensor entries_of(const at::Tensor& x, const steps::Lookup& lookup) {
  const at::Tensor raw = x.to(at::kDouble) * std::ldexp(1.0, lookup.input.frac_bits());
  const at::Tensor index = raw - static_cast<double>(fixed::min_raw(lookup.input));
  return at::where(at::isnan(x), at::zeros_like(index), index).to(at::kLong);
}

// column[entry] in float64, `of_nan` for a NaN.
template <class Column>
at::Tensor looked_up(const Column& column, const at::Tensor& entries, const at::Tensor& x,
                     double of_nan) {
  const at::Tensor table = double_tensor({column.begin(), column.end()}).to(x.device());
  const at::Tensor taken = at::take(table, entries);
  return at::where(at::isnan(x), at::full_like(taken, of_nan), taken);
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

at::Tensor look_up_by_index(const at::Tensor& x, const steps::Lookup& lookup) {
  const at::Tensor raw = looked_up(lookup.table, entries_of(x, lookup), x, kNan);
  return (raw * std::ldexp(1.0, -lookup.output.frac_bits())).to(x.scalar_type());
}

Tensors look_up_gradients_by_formula(const at::Tensor& x, const at::Tensor& dy,
                                     const steps::Assignment& assignment, steps::Lookup& lookup) {
  const steps::TableGradient& entry = gradient_of(lookup);
  const at::Tensor entries = entries_of(x, lookup), wide = dy.to(at::kDouble);
  const at::Tensor df = looked_up(entry.df, entries, x, kNan) * wide;
  const at::Tensor overflows = looked_up(entry.overflows, entries, x, 1);
  const std::vector<double> sums = doubles(at::stack({df.sum(), overflows.sum()}));
  const at::Tensor dx = (looked_up(entry.dx, entries, x, 0) * wide).to(x.scalar_type());
  const std::vector<kernels::PointGradient> points{{sums[0], std::llround(sums[1])}};
  return {dx, float_tensor(point_gradient(assignment, points, x.numel()))};
}

}  // namespace

at::Tensor operator_function_cast(const at::Tensor& x, const at::Tensor& f,
                                  const steps::AssignmentPtr& assignment,
                                  const steps::LookupPtr& lookup) {
  if (counts_now(*assignment, {x, f})) {
    const at::Tensor values = x.detach();
    const at::Tensor overflows =
        looked_up(gradient_of(*lookup).overflows, entries_of(values, *lookup), values, 1);
    assignment->count->overflows += overflows.sum().item<std::int64_t>();
    assignment->count->values += values.numel();
  }
  return differentiable(
      {x, f},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        return {look_up_by_index(inputs[0], *lookup)};
      },
      [assignment, lookup](const BackwardCall& call) {
        return look_up_gradients_by_formula(call.kept[0], call.dy[0], *assignment, *lookup);
      })[0];
}

}  // namespace qfx::train
