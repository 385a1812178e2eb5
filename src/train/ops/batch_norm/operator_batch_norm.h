// The cast pair of a BatchNorm for the road of plain operators: moments where x lies, the
// arithmetic of numbers per channel on the processor.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/batch_norm.h"

namespace qfx::train {

struct CastPair {
  at::Tensor scale, offset;                       // {C}, cast, in x's type, where x lies
  steps::Carrier wide = steps::Carrier::Float32;  // where scale * x + offset is exact
};

// x {N, C, ...} on any device; gamma, beta {C} float32 and the points on the processor. `measured`
// receives the moments; null: nobody asks. Raises UserError where no carrier is exact.
CastPair cast_pair(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                   const at::Tensor& f_scale, const at::Tensor& f_offset,
                   const steps::BatchNormCasts& casts, steps::Moments* measured);

}  // namespace qfx::train
