// Per-channel passes of BatchNorm over an activation {N, C, ...} in either memory order.
#pragma once

#include <vector>

#include "train/torch.h"

namespace qfx::train {

struct Moments {
  std::vector<double> mean, variance;  // a channel; the biased variance
};

// Sums in double over fixed blocks: the same bits for any number of threads.
Moments channel_moments(const at::Tensor& x);

// dx += a[c] + b[c] * x
void add_channel_line(const at::Tensor& x, const std::vector<double>& a,
                      const std::vector<double>& b, at::Tensor& dx);

}  // namespace qfx::train
