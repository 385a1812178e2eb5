// The fractional convolution of two-bit values between its sums and its cast.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// 2 * MSB of x: 2 where x >= 0, else -2. Backward: dx = 2/3 * dy where |x / 3| <= clip_range, else
// 0: the derivative of the sign is that of x / 3 itself.
at::Tensor doubled_signs(const at::Tensor& x, double clip_range);

// y = full where coarse > threshold[c], else coarse; {N, C, ...} and {C} of one type. Backward,
// with s = sigmoid(5/3 * (coarse - threshold)) and g = 5/3 * s * (1 - s) * (full - coarse) where
// coarse >= threshold, else 0: dy goes to the one of the two that y is, g * dy to coarse as well
// and -g * dy to the threshold.
at::Tensor gated(const at::Tensor& coarse, const at::Tensor& full, const at::Tensor& threshold);

}  // namespace qfx::train
