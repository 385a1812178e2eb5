#include "train/ops/fractional.h"

#include "train/ops/differentiable.h"
#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

// FracBNN's slope of 5, in units of a third.
constexpr double kSlope = 5.0 / 3;

Tensors gate_gradients(const BackwardCall& call) {
  const at::Tensor &coarse = call.kept[0], &full = call.kept[1], &dy = call.dy[0];
  const at::Tensor threshold = along_channels(call.kept[2], coarse);
  const at::Tensor open = coarse.gt(threshold);
  const at::Tensor s = at::sigmoid((coarse - threshold) * kSlope);
  const at::Tensor moved = dy * (full - coarse) * s * (1 - s) * kSlope * coarse.ge(threshold);
  const at::Tensor d_full = dy * open;
  return {dy - d_full + moved, d_full, moved.sum(all_but_channels(coarse)).neg()};
}

}  // namespace

at::Tensor doubled_signs(const at::Tensor& x, double clip_range) {
  return differentiable(
      {x},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = {inputs[0]};
        return {inputs[0].ge(0).to(inputs[0].scalar_type()).mul_(4).sub_(2)};
      },
      [clip_range](const BackwardCall& call) -> Tensors {
        return {call.dy[0] * (2.0 / 3) * call.kept[0].abs().le(3 * clip_range)};
      })[0];
}

at::Tensor gated(const at::Tensor& coarse, const at::Tensor& full, const at::Tensor& threshold) {
  return differentiable(
      {coarse, full, threshold},
      [&](const Tensors& inputs, Tensors& kept) -> Tensors {
        kept = inputs;
        const at::Tensor open = inputs[0].gt(along_channels(inputs[2], inputs[0]));
        return {at::where(open, inputs[1], inputs[0])};
      },
      gate_gradients)[0];
}

}  // namespace qfx::train
