// One assignment to a fixed-point tensor, as the two passes of an operator see it, and the casts of
// a parameter: a binary point per tensor or per channel, K-hot projection after the rounding.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "qfx/steps/loop.h"

namespace qfx::steps {

// How often values fell outside their format, since someone set it to zero.
struct OverflowCount {
  std::int64_t overflows = 0;
  std::int64_t values = 0;
};

// Captured when the forward runs: moving the point before the backward changes nothing.
struct Assignment {
  fixed::Format format;        // everything but the binary point
  std::vector<int> frac_bits;  // one entry, or one per channel (axis 0 of a parameter)
  int k_hot = 0;               // parameters only
  bool signed_digits = false;
  OverflowCount* count = nullptr;  // receives the overflows; null: nobody counts
};
using AssignmentPtr = std::shared_ptr<const Assignment>;

// {1, channels, rest} with as many channels as the assignment has points.
kernels::Extent point_extent(const Assignment& assignment, std::int64_t elements);

// y = project(cast(x)) of {channels, inner}; x and y may be one array.
template <class T>
void cast_array(const T* x, T* y, const kernels::Extent& extent, const Assignment& assignment);

// Straight-through inside the range; the gradient of a point is the cast's closed form with q the
// projected result. dx may be dy. Returns one entry per binary point.
template <class T>
std::vector<kernels::PointGradient> cast_array_backward(const T* x, const T* dy, T* dx,
                                                        const kernels::Extent& extent,
                                                        const Assignment& assignment);

// The gradient of each binary point, from block-wise sums points[block * channels + channel], added
// in block order; adds the overflows among `values` values to the assignment's count.
std::vector<float> point_gradient(const Assignment& assignment,
                                  const std::vector<kernels::PointGradient>& points,
                                  std::int64_t values);

// Adds `values` values before their cast to the assignment's count.
template <class T>
void count_overflows(const T* x, std::int64_t values, const Assignment& assignment,
                     const Loop& loop);

}  // namespace qfx::steps
