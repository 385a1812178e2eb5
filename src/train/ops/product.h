// Convolution and matrix product with an exact sum: the forward in a proved carrier, the backward
// in x's type.
#pragma once

#include <optional>
#include <vector>

#include "train/tensors/exactness.h"
#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// Operands that fit 16 bits and whose sums are proved to fit 32: a convolution may run on integers.
struct IntegerOperands {
  std::int64_t x_lo = 0, x_hi = 0;  // raw
  int x_frac_bits = 0;
  std::vector<int> weight_frac_bits;  // one entry or one an output
};

// The exact sums in the carrier's type, without bias. x and weight hold cast values; the caller has
// proved the sums exact in the carrier. With `integers` the forward of one group runs on the
// integer kernels, which are faster here; else in the carrier, where in float32 only direct and
// im2col algorithms run, never Winograd or FFT. On another device the sums are float64's, whatever
// the carrier, and go back to it. Backward torch's, but for a depthwise convolution
// in float32 on the processor: kernels/depthwise_gradient.h, in any memory order.
at::Tensor exact_conv2d(const at::Tensor& x, const at::Tensor& weight, const graph::Conv2d& conv,
                        Carrier carrier, const std::optional<IntegerOperands>& integers = {});
at::Tensor exact_linear(const at::Tensor& x, const at::Tensor& weight, Carrier carrier);

// Where the sums of products lie, from the cast weights: max|x_raw| * max over outputs of
// sum|w_raw|. weight float32 or float64, outputs on axis 0; frac_bits one entry or one an output.
// One grid an output.
std::vector<Grid> product_grids(const Grid& x, const at::Tensor& weight,
                                const std::vector<int>& frac_bits);

// The operands of a product as integers, where they fit; `sums` are product_grids'.
std::optional<IntegerOperands> integer_operands(const fixed::Format& x, const fixed::Format& weight,
                                                const std::vector<int>& weight_frac_bits,
                                                const std::vector<Grid>& sums);

}  // namespace qfx::train
