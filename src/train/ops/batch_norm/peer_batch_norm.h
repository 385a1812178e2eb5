// BatchNorm of the float phase over a batch that several processes share.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/batch_norm.h"

namespace qfx::train {

// at::batch_norm in training, of the batch of all processes together, whose moments `measured`
// receives. x {N, C, ...} float32 on any device, gamma and beta {C} beside it. Gradients are those
// of the mean over all processes' losses once they are averaged.
at::Tensor peer_batch_norm(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                           double eps, const steps::AddUp& add_up, steps::Moments& measured);

}  // namespace qfx::train
