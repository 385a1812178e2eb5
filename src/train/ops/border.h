// Padding where torch's windows do not take it: they know only what is alike on opposite sides.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/form.h"

namespace qfx::train {

// Images for a window of torch's, and the padding that is left to it.
struct Bordered {
  at::Tensor images;
  graph::Pair padding;
};

// {N, C, H, W} with rows and columns of `value` around each image, in the order of its memory.
at::Tensor with_border(const at::Tensor& images, const graph::Sides& padding, double value = 0);
// The images again.
at::Tensor without_border(const at::Tensor& bordered, const graph::Sides& padding);

// Zeros, by torch itself where it can.
Bordered for_window(const at::Tensor& images, const graph::Sides& padding);
// The gradient of the images from that of for_window's.
at::Tensor from_window(const at::Tensor& gradient, const graph::Sides& padding);

}  // namespace qfx::train
