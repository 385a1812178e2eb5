// Quantizers to a few levels: their values are odd integers, exact in every carrier.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// y = 2 * (how many thresholds x reaches) - n with n = 2^bits - 1, x of any shape on any device.
// Backward: dx = n * dy where |x| < clip_range, else 0.
at::Tensor quant_sign(const at::Tensor& x, const graph::QuantSign& levels);

// {N, C, ...} to {N, C * levels, ...}, of -1 and +1. Has no gradient.
at::Tensor thermometer(const at::Tensor& x, const graph::Thermometer& thermometer);

// A binary weight: +1 where w > 0, else -1. Backward: dw = dy where |w| <= clip_range, else 0.
at::Tensor binary_weight(const at::Tensor& w, double clip_range);

}  // namespace qfx::train
