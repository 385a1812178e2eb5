// Sums that are rounded on their way: after each addition a cast to the accumulator's format, in
// the order of docs/semantics.md. Every value is float64 and proved exact by the caller.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// {N, O, H', W'} from x {N, C, H, W} and the cast weight and bias; an undefined bias is none.
// Computed on the processor, returned where x lies.
at::Tensor accumulated_conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              const graph::Conv2d& conv, const fixed::Format& accumulator);
// {N, O} from x {N, I}.
at::Tensor accumulated_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              const fixed::Format& accumulator);
// The means of the rounded sums.
at::Tensor accumulated_mean(const at::Tensor& x, const graph::AvgPool2d& pool,
                            const fixed::Format& accumulator);

// `values` with the gradient of the exact sums: a rounding on the way passes everything, and so
// does an overflow.
at::Tensor with_gradient_of(const at::Tensor& exact, const at::Tensor& values);

}  // namespace qfx::train
