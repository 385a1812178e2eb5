// The moments of a batch in torch's plain operators, on any device.
#pragma once

#include <utility>
#include <vector>

#include "train/machine/torch.h"

#include "qfx/steps/batch_norm.h"

namespace qfx::train {

// In float64, over every axis but the channels of {N, C, ...}: the sums of a's values and of b's.
std::pair<std::vector<double>, std::vector<double>> channel_sums(const at::Tensor& a,
                                                                 const at::Tensor& b);

// Of x {N, C, ...}, with what the other processes have.
steps::Moments batch_moments(const at::Tensor& x, const steps::AddUp& add_up);

}  // namespace qfx::train
