// Second moments of what a convolution or a linear layer multiplies its weights with.
#pragma once

#include <vector>

#include "train/machine/torch.h"

#include "qfx/graph/graph.h"

namespace qfx::train {

// Of a layer in fixed point and of the same in float, over all places of all samples; a group of
// channels has its own. float64, {groups, K, K} and {groups, K}, K the weights of one output.
struct InputMoments {
  at::Tensor fixed_fixed, real_fixed;  // sums of x x'
  at::Tensor fixed, real;              // sums of x
  double places = 0;

  // One batch of both inputs, {batch, channels, ...}.
  void add(const graph::Node& node, const at::Tensor& real_input, const at::Tensor& fixed_input);
  // About the means.
  void centre();
};

}  // namespace qfx::train
