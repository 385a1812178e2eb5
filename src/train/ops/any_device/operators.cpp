#include "train/ops/any_device/operators.h"

#include "train/ops/activation.h"
#include "train/ops/any_device/operator_cast.h"
#include "train/ops/batch_norm/operator_batch_norm.h"
#include "train/tensors/layout.h"

namespace qfx::train {
namespace {

using graph::Overloaded;

// scale[c] * x + offset[c] in the type where it is proved exact; null: no such operand.
at::Tensor affine_value(const at::Tensor& x, const at::Tensor* scale, const at::Tensor* offset,
                        steps::Carrier carrier) {
  const auto type = carrier == steps::Carrier::Float64 || x.scalar_type() == at::kDouble
                        ? at::kDouble
                        : at::kFloat;
  at::Tensor value = x.to(type);
  if (scale != nullptr) value = value * along_channels(scale->to(type), x);
  if (offset != nullptr) value = value + along_channels(offset->to(type), x);
  return value;
}

at::Tensor stage_value(const at::Tensor& x, const std::vector<at::Tensor>& inputs,
                       const steps::Stage& stage) {
  return std::visit(
      Overloaded{
          [&](const steps::CastStage&) { return x; },
          [&](const steps::ReluStage&) { return at::relu(x); },
          [&](const steps::ClipStage& clip) { return clipped(x, clip.bounds); },
          [&](const steps::AddStage& add) { return x + inputs[add.side]; },
          [&](const steps::MulStage& mul) { return x * inputs[mul.side]; },
          [&](const steps::AffineStage& affine) {
            return affine_value(x, affine.scale > 0 ? &inputs[affine.scale] : nullptr,
                                affine.offset > 0 ? &inputs[affine.offset] : nullptr, affine.wide);
          },
          [&](const steps::PreluStage& prelu) {
            const at::Tensor wide = prelu.wide == steps::Carrier::Float64 ? x.to(at::kDouble) : x;
            const at::Tensor slope = inputs[prelu.slope].to(wide.scalar_type());
            return at::where(wide.gt(0), wide, wide * along_channels(slope, wide));
          },
          [&](const steps::BatchNormStage& norm) {
            const CastPair pair =
                cast_pair(x, inputs[norm.gamma], inputs[norm.beta], inputs[norm.f_scale],
                          inputs[norm.f_offset], norm.casts, norm.measured.get());
            return affine_value(x, &pair.scale, &pair.offset, pair.wide);
          },
      },
      stage.work);
}

}  // namespace

at::Tensor run_operators(const std::vector<at::Tensor>& inputs,
                         const std::vector<steps::Stage>& stages) {
  at::Tensor value = inputs[0];
  for (const steps::Stage& stage : stages) {
    value = operator_cast(stage_value(value, inputs, stage), inputs[stage.f], stage.output)
                .to(inputs[0].scalar_type());
  }
  return value;
}

}  // namespace qfx::train
