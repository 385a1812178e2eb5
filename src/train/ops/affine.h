// y = cast(scale[c] * x + offset[c]): BatchNorm's folded pair, and bias (scale 1).
#pragma once

#include "train/exactness.h"
#include "train/ops/assignment.h"

namespace qfx::train {

// x {N, C, ...}; scale and offset {C} in x's type, already cast. `wide` is where the caller has
// proved scale * x + offset exact.
at::Tensor affine_cast(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                       const at::Tensor& f, const AssignmentPtr& assignment, Carrier wide);

// The two passes on dense arrays.
void affine_forward(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& offset,
                    at::Tensor& y, const Assignment& assignment, Carrier wide);

struct AffineGradients {
  at::Tensor dx;
  std::vector<double> scale, offset;           // a channel
  std::vector<kernels::PointGradient> points;  // a block
};
AffineGradients affine_backward(const at::Tensor& x, const at::Tensor& scale,
                                const at::Tensor& offset, const at::Tensor& dy,
                                const Assignment& assignment, Carrier wide);

}  // namespace qfx::train
