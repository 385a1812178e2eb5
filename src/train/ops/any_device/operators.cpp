#include "train/ops/any_device/operators.h"

#include "train/tensors/layout.h"
#include "train/ops/activation.h"
#include "train/ops/batch_norm/operator_batch_norm.h"
#include "train/ops/any_device/operator_cast.h"
#include "train/ops/overflow_count.h"

#include "qfx/base/error.h"

namespace qfx::train {
namespace {

// cast(scale[c] * x + offset[c]) in the type where the sum is proved exact.
at::Tensor affine_value(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                        Carrier carrier) {
  const auto type =
      carrier == Carrier::Float64 || x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor product = x.to(type) * along_channels(scale.to(type), x);
  return product + along_channels(offset.to(type), x);
}

at::Tensor stage_value(const at::Tensor& x, const std::vector<at::Tensor>& inputs,
                       const ChainStage& stage) {
  switch (stage.kind) {
    case kernels::StageKind::CAST:
      return x;
    case kernels::StageKind::RELU:
      return at::relu(x);
    case kernels::StageKind::CLIP:
      return clipped(x, stage.clip);
    case kernels::StageKind::ADD:
      return x + inputs[stage.side];
    case kernels::StageKind::MUL:
      return x * inputs[stage.side];
    case kernels::StageKind::AFFINE: {
      if (!stage.norm) {
        const at::Tensor& offset = inputs[stage.offset];
        return affine_value(x, at::ones_like(offset), offset, stage.wide);
      }
      const CastPair pair = cast_pair(x, inputs[stage.gamma], inputs[stage.beta],
                                      inputs[stage.f_scale], inputs[stage.f_offset], stage.norm);
      return affine_value(x, pair.scale, pair.offset, pair.wide);
    }
    case kernels::StageKind::PRELU: {
      const at::Tensor wide = stage.wide == Carrier::Float64 ? x.to(at::kDouble) : x;
      const at::Tensor slope = inputs[stage.slope].to(wide.scalar_type());
      return at::where(wide.gt(0), wide, wide * along_channels(slope, wide));
    }
  }
  internal_error("stage kind {}", static_cast<int>(stage.kind));
}

}  // namespace

void count_stages(const std::vector<at::Tensor>& inputs, const std::vector<ChainStage>& stages) {
  at::Tensor value = inputs[0];
  for (std::size_t k = 0; k < stages.size(); ++k) {
    const at::Tensor uncast = stage_value(value, inputs, stages[k]);
    if (k + 1 == stages.size()) return count_values(uncast, *stages[k].output);
    value =
        operator_cast(uncast, inputs[stages[k].f], stages[k].output).to(inputs[0].scalar_type());
  }
}

at::Tensor run_operators(const std::vector<at::Tensor>& inputs,
                         const std::vector<ChainStage>& stages) {
  at::Tensor value = inputs[0];
  for (const ChainStage& stage : stages) {
    value = operator_cast(stage_value(value, inputs, stage), inputs[stage.f], stage.output)
                .to(inputs[0].scalar_type());
  }
  return value;
}

}  // namespace qfx::train
