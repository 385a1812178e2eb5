// Casts as torch operators: straight-through to x inside the range, the closed form to the binary
// points f.
#pragma once

#include "train/ops/assignment.h"

namespace qfx::train {

// y = cast(x). x float32 or float64, any shape; f float32 {1}. With frac_bits a channel (axis 0), x
// is a row-major parameter and f has one entry a channel. K-hot projection follows the rounding.
at::Tensor cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment);

// y = cast(max(x, 0)).
at::Tensor relu_cast(const at::Tensor& x, const at::Tensor& f, const AssignmentPtr& assignment);

// y = cast(a + b), both of one shape and type; the caller has proved the sum exact in it.
at::Tensor add_cast(const at::Tensor& a, const at::Tensor& b, const at::Tensor& f,
                    const AssignmentPtr& assignment);

}  // namespace qfx::train
