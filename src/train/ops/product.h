// Convolution and matrix product with an exact sum: the forward in a proved carrier, the backward
// in x's type.
#pragma once

#include <optional>
#include <vector>

#include "train/machine/torch.h"

#include "qfx/graph/op.h"
#include "qfx/steps/product.h"

namespace qfx::train {

// The exact sums in the carrier's type, without bias. x and weight hold cast values; the caller has
// proved the sums exact in the carrier. With `integers` the forward of one group runs on the
// integer kernels, which are faster here; else in the carrier, where in float32 only direct and
// im2col algorithms run, never Winograd or FFT. On another device the sums are float64's, whatever
// the carrier, and go back to it. Backward torch's, but for a depthwise convolution
// in float32 on the processor: kernels/depthwise_gradient.h, in any memory order.
at::Tensor exact_conv2d(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv,
                        steps::Carrier carrier,
                        const std::optional<steps::IntegerOperands>& integers = {});
at::Tensor exact_linear(const at::Tensor& x, const at::Tensor& weight, steps::Carrier carrier);

// Where the sums of each output lie; weight float32 or float64, outputs on axis 0.
std::vector<steps::Grid> product_grids(const steps::Grid& x, const at::Tensor& weight,
                                       const std::vector<int>& frac_bits);

}  // namespace qfx::train
