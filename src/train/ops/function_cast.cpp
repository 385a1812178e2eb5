#include "train/ops/function_cast.h"

#include "train/machine/threads.h"
#include "train/ops/any_device/operator_function.h"
#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

at::Tensor look_up(const at::Tensor& x, const steps::Lookup& lookup) {
  at::Tensor y = at::empty_like(x);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    steps::look_up(x.data_ptr<T>(), y.data_ptr<T>(), x.numel(), lookup, on_torchs_threads);
  });
  return y;
}

Tensors look_up_gradients(const at::Tensor& x, const at::Tensor& gradient,
                          const steps::Assignment& assignment, steps::Lookup& lookup) {
  const at::Tensor dy = dense_like(gradient, x);
  at::Tensor dx = at::empty_like(x);
  std::vector<kernels::PointGradient> points;
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    points = steps::look_up_backward(x.data_ptr<T>(), dy.data_ptr<T>(), dx.data_ptr<T>(), x.numel(),
                                     lookup, on_torchs_threads);
  });
  return {dx, float_tensor(point_gradient(assignment, points, x.numel()))};
}

// What the backward pass would count.
void count_entries(const at::Tensor& values, const steps::Assignment& assignment,
                   steps::Lookup& lookup) {
  const at::Tensor x = dense(values.detach());
  with_carrier(x, [&](auto carrier) {
    assignment.count->overflows +=
        steps::lookup_overflows(x.data_ptr<decltype(carrier)>(), x.numel(), lookup);
  });
  assignment.count->values += x.numel();
}

}  // namespace

at::Tensor function_cast(const at::Tensor& x, const at::Tensor& f,
                         const steps::AssignmentPtr& assignment, const steps::LookupPtr& lookup) {
  if (!x.device().is_cpu()) return operator_function_cast(x, f, assignment, lookup);
  if (counts_now(*assignment, {x, f})) count_entries(x, *assignment, *lookup);
  return differentiable(
      {x, f},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {dense(inputs[0])};
        return {look_up(kept[0], *lookup)};
      },
      [assignment, lookup](const BackwardCall& call) {
        return look_up_gradients(call.kept[0], call.dy[0], *assignment, *lookup);
      })[0];
}

}  // namespace qfx::train
