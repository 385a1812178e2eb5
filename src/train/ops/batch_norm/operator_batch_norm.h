// The cast pair of a BatchNorm for the road of plain operators: moments where x lies, the
// arithmetic of a number a channel on the processor.
#pragma once

#include "train/ops/chain.h"

namespace qfx::train {

struct CastPair {
  at::Tensor scale, offset;         // {C}, cast, in x's type, where x lies
  Carrier wide = Carrier::Float32;  // where scale * x + offset is exact
};

// x {N, C, ...} on any device; gamma, beta {C} float32 and the points on the processor. Under batch
// statistics the moments come back in the call. Raises UserError where no carrier is exact.
CastPair cast_pair(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                   const at::Tensor& f_scale, const at::Tensor& f_offset,
                   const BatchNormCallPtr& norm);

}  // namespace qfx::train
