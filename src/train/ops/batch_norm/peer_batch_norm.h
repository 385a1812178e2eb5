// BatchNorm of the float phase over a batch that several processes share.
#pragma once

#include <vector>

#include "train/machine/peers.h"

namespace qfx::train {

struct PeerMoments {
  std::vector<double> mean, variance;  // a channel, of the whole batch; the biased variance
  std::int64_t values = 0;             // a channel
};

// at::batch_norm in training, of the batch of all processes together. x {N, C, ...} float32 on
// any device, gamma and beta {C} beside it. Gradients are those of the mean over all processes'
// losses once they are averaged.
at::Tensor peer_batch_norm(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                           double eps, const Peers& peers, PeerMoments& moments);

}  // namespace qfx::train
