// One assignment to a fixed-point tensor, as an operator's forward and backward see it.
#pragma once

#include <cstdint>
#include <vector>

#include "train/machine/torch.h"

#include "qfx/kernels/fake_cast.h"

namespace qfx::train {

// How often values fell outside their format, since someone set it to zero.
struct OverflowCount {
  std::int64_t overflows = 0;
  std::int64_t values = 0;
};

// Captured by value when the forward runs: moving the point before the backward changes nothing.
struct Assignment : torch::CustomClassHolder {
  fixed::Format format;        // everything but the binary point
  std::vector<int> frac_bits;  // one entry, or one a channel (axis 0 of a parameter)
  int k_hot = 0;               // parameters only
  bool signed_digits = false;
  OverflowCount* count = nullptr;  // receives the overflows; null: nobody counts
};
using AssignmentPtr = c10::intrusive_ptr<Assignment>;

// For autograd's saved_data.
c10::IValue to_capsule(const AssignmentPtr& assignment);
AssignmentPtr from_capsule(const c10::IValue& capsule);

// The gradient tensor of the binary points {1} or {channels}, float32, from block-wise sums
// points[block * channels + channel], added in block order; adds the overflows to assignment.count.
at::Tensor point_gradient(const Assignment& assignment,
                          const std::vector<kernels::PointGradient>& points, std::int64_t values);

}  // namespace qfx::train
