// The fractional convolution before its cast.
#pragma once

#include <optional>

#include "train/machine/torch.h"

#include "qfx/graph/op.h"
#include "qfx/steps/product.h"

namespace qfx::train {

// Of x in {-3, -1, 1, 3}, weights of -1 and +1 and a threshold for each output channel, in the
// units of docs/semantics.md; x's type holds the sums. With `integers` both sums run on the integer
// kernels. On any device. Backward: docs/gradients.md.
at::Tensor fractional_conv2d(const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& threshold, const graph::FractionalConv2d& conv,
                             const std::optional<steps::IntegerOperands>& integers = {});

}  // namespace qfx::train
