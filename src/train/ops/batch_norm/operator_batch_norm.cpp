#include "train/ops/batch_norm/operator_batch_norm.h"

#include <memory>

#include "train/ops/batch_norm/batch_moments.h"
#include "train/ops/differentiable.h"
#include "train/ops/overflow_count.h"
#include "train/tensors/layout.h"
#include "train/tensors/values.h"

namespace qfx::train {
namespace {

// What both ways of one call share.
struct PairFound {
  steps::BatchNormCasts casts;
  steps::Moments moments;
  graph::FoldedPair pair;
  steps::Carrier wide = steps::Carrier::Float32;
};

Tensors operator_forward(const Tensors& inputs, PairFound& found) {
  const at::Tensor& x = inputs[0];
  const steps::BatchNormCasts& casts = found.casts;
  found.moments = casts.uses_batch() ? batch_moments(x, casts.add_up) : *casts.running;
  found.pair = steps::fold_pair(found.moments, floats(inputs[1]), floats(inputs[2]), casts.eps);
  at::Tensor scale = at::empty({x.size(1)}, x.scalar_type()), offset = at::empty_like(scale);
  with_carrier(x, [&](auto carrier) {
    using T = decltype(carrier);
    found.wide = steps::cast_pair(found.pair, casts, scale.data_ptr<T>(), offset.data_ptr<T>());
  });
  return {scale.to(x.device()), offset.to(x.device())};
}

Tensors operator_backward(const BackwardCall& call, const PairFound& found) {
  const at::Tensor &x = call.kept[0], &gamma = call.kept[1];
  const steps::BatchNormGradient d =
      steps::batch_norm_backward(found.casts, found.moments, found.pair, floats(gamma),
                                 doubles(call.dy[0]), doubles(call.dy[1]));
  at::Tensor dx;
  if (found.casts.uses_batch()) dx = along_channels(d.a, x) + along_channels(d.b, x) * x;
  return {dx, float_tensor(d.gamma), float_tensor(d.beta), float_tensor(d.f_scale),
          float_tensor(d.f_offset)};
}

void count_member(const Tensors& inputs, const std::vector<float>& values,
                  const steps::Assignment& assignment) {
  if (counts_now(assignment, inputs))
    count_values(float_tensor(values).to(inputs[0].scalar_type()), assignment);
}

}  // namespace

// One node of autograd's graph, whose gradients lie where x lies: several processes add up in its
// forward and its backward, and they must do so in one order. Torch's engine has an order for one
// device's nodes, and none between a device's and the processor's.
CastPair cast_pair(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                   const at::Tensor& f_scale, const at::Tensor& f_offset,
                   const steps::BatchNormCasts& casts, steps::Moments* measured) {
  const auto found = std::make_shared<PairFound>();
  found->casts = casts;
  // Under running statistics nothing of the pair comes from x.
  const Tensors inputs{casts.uses_batch() ? x : x.detach(), gamma, beta, f_scale, f_offset};
  const Tensors both = differentiable(
      inputs,
      [&](const Tensors& given, Tensors& kept) {
        kept = {given[0], given[1]};
        return operator_forward(given, *found);
      },
      [found](const BackwardCall& call) { return operator_backward(call, *found); });
  if (measured != nullptr) *measured = found->moments;
  count_member(inputs, found->pair.scale, *casts.scale);
  count_member(inputs, found->pair.offset, *casts.offset);
  return {both[0], both[1], found->wide};
}

}  // namespace qfx::train
