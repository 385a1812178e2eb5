#include "train/ops/parameter_cast.h"

#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

at::Tensor cast_parameter(const at::Tensor& x, const steps::Assignment& assignment) {
  at::Tensor y = at::empty_like(x);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    steps::cast_array(x.data_ptr<T>(), y.data_ptr<T>(), point_extent(assignment, x.numel()),
                      assignment);
  });
  return y;
}

Tensors cast_parameter_gradients(const at::Tensor& x, const at::Tensor& gradient,
                                 const steps::Assignment& assignment) {
  const at::Tensor dy = gradient.contiguous();
  at::Tensor dx = at::empty_like(x);
  std::vector<kernels::PointGradient> points;
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    points = steps::cast_array_backward(x.data_ptr<T>(), dy.data_ptr<T>(), dx.data_ptr<T>(),
                                        point_extent(assignment, x.numel()), assignment);
  });
  return {dx, float_tensor(point_gradient(assignment, points, x.numel()))};
}

}  // namespace

at::Tensor parameter_cast(const at::Tensor& x, const at::Tensor& f,
                          const steps::AssignmentPtr& assignment) {
  if (counts_now(*assignment, {x, f})) count_values(x.contiguous(), *assignment);
  return differentiable(
      {x, f},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0].contiguous()};
        return {cast_parameter(kept[0], *assignment)};
      },
      [assignment](const BackwardCall& call) {
        return cast_parameter_gradients(call.kept[0], call.dy[0], *assignment);
      })[0];
}

}  // namespace qfx::train
