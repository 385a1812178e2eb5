#include "train/ops/softmax_cast.h"

#include "train/machine/threads.h"
#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

#include "qfx/steps/softmax.h"

namespace qfx::train {
namespace {

at::Tensor softmax_values(const at::Tensor& x, const steps::Lookup& lookup) {
  at::Tensor y = at::empty_like(x);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    steps::softmax(x.data_ptr<T>(), y.data_ptr<T>(), channel_extent(x), lookup, on_torchs_threads);
  });
  return y;
}

Tensors softmax_gradients(const at::Tensor& x, const at::Tensor& gradient,
                          const steps::Assignment& assignment, const steps::Lookup& lookup) {
  const at::Tensor dy = dense_like(gradient.cpu(), x);
  at::Tensor dx = at::empty_like(x);
  std::vector<kernels::PointGradient> points;
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    points = steps::softmax_backward(x.data_ptr<T>(), dy.data_ptr<T>(), dx.data_ptr<T>(),
                                     channel_extent(x), lookup, assignment, on_torchs_threads);
  });
  return {dx.to(gradient.device()), float_tensor(point_gradient(assignment, points, x.numel()))};
}

// The quotients before their cast.
at::Tensor quotients_of(const at::Tensor& values, const steps::Lookup& lookup) {
  const at::Tensor x = dense(values.detach().cpu());
  at::Tensor p = at::empty_like(x, x.options().dtype(at::kDouble));
  with_carrier(x, [&](auto carrier) {
    steps::softmax_quotients(x.data_ptr<decltype(carrier)>(), p.data_ptr<double>(),
                             channel_extent(x), lookup, on_torchs_threads);
  });
  return p;
}

}  // namespace

// On the processor, wherever the tensors lie: its quotients are a few numbers an image. One node of
// autograd's graph, so that a device's nodes do not wait for one of the processor's.
at::Tensor softmax_cast(const at::Tensor& x, const at::Tensor& f,
                        const steps::AssignmentPtr& assignment, const steps::LookupPtr& lookup) {
  if (counts_now(*assignment, {x, f})) count_values(quotients_of(x, *lookup), *assignment);
  return differentiable(
      {x, f},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {dense(inputs[0].cpu())};
        return {softmax_values(kept[0], *lookup).to(inputs[0].device())};
      },
      [assignment, lookup](const BackwardCall& call) {
        return softmax_gradients(call.kept[0], call.dy[0], *assignment, *lookup);
      })[0];
}

}  // namespace qfx::train
