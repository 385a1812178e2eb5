// Overflows of assignments whose backward pass does not run: on a test set, and in training where
// nothing before them is learned, like a fixed input. The backward pass counts all others.
#pragma once

#include "train/machine/torch.h"

#include "qfx/steps/assignment.h"

namespace qfx::train {

// Whether this assignment is counted and none of its inputs will bring a gradient.
bool counts_now(const steps::Assignment& assignment, at::ArrayRef<at::Tensor> inputs);

// Adds the values before their cast to the assignment's count.
void count_values(const at::Tensor& values, const steps::Assignment& assignment);

}  // namespace qfx::train
