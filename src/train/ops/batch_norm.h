// BatchNorm as the folded pair: scale and offset, each cast with a point of its own, then one cast
// of scale * x + offset.
#pragma once

#include <string>

#include "train/exactness.h"
#include "train/ops/assignment.h"

namespace qfx::train {

struct BatchNormCall : torch::CustomClassHolder {
  double eps = 1e-5;
  AssignmentPtr scale, offset, output;
  Grid input;        // of x
  std::string node;  // for messages
  // Filled where the pair comes from the running statistics: graph::fold_pair's floats, so that the
  // forward has freeze's bits. Empty: from the batch, whose moments then come back below.
  std::vector<float> folded_scale, folded_offset;
  std::vector<float> running_mean, running_var;  // with the folded pair, for the gradient
  std::vector<double> batch_mean, batch_variance;
};
using BatchNormCallPtr = c10::intrusive_ptr<BatchNormCall>;

// x {N, C, ...}; gamma, beta {C} float32; f_* the points of the pair and of the output.
at::Tensor batch_norm_cast(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                           const at::Tensor& f_scale, const at::Tensor& f_offset,
                           const at::Tensor& f_output, const BatchNormCallPtr& call);

// The narrowest carrier in which scale * x + offset is exact for these cast values, on every
// channel. Raises UserError naming `node` where there is none.
Carrier affine_carrier(const Grid& x, const std::vector<double>& scale,
                       const std::vector<int>& scale_frac_bits, const std::vector<double>& offset,
                       const std::vector<int>& offset_frac_bits, const std::string& node);

}  // namespace qfx::train
