// Casts of parameters: a binary point a tensor or a channel, K-hot projection after the rounding.
#pragma once

#include "train/tensors/assignment.h"

namespace qfx::train {

// y = project(cast(x)), straight-through inside the range; x row-major, channels on axis 0. The
// gradient of a point is the cast's closed form with q the projected result.
at::Tensor parameter_cast(const at::Tensor& x, const at::Tensor& f,
                          const AssignmentPtr& assignment);

// The same on plain arrays {channels, inner}; x and y may be one array.
template <class T>
void cast_array(const T* x, T* y, kernels::Extent extent, const Assignment& assignment);

// dx may be dy. points: one entry a binary point.
template <class T>
void cast_array_backward(const T* x, const T* dy, T* dx, kernels::Extent extent,
                         const Assignment& assignment, std::vector<kernels::PointGradient>& points);

// {1, channels, rest} with as many channels as the assignment has points.
kernels::Extent point_extent(const Assignment& assignment, std::int64_t elements);

}  // namespace qfx::train
