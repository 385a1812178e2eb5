// Pooling before its cast.
#pragma once

#include "train/machine/torch.h"

#include "qfx/graph/op.h"

namespace qfx::train {

// How many elements count at each place of the window, {1, 1, H', W'} beside y, the window's image
// of x, in its type.
at::Tensor window_sizes(const graph::Window& window, const at::Tensor& x, const at::Tensor& y);

// Padding never wins.
at::Tensor max_pool(const at::Tensor& x, const graph::MaxPool2d& pool);

// The mean over the window of what counts (graph/window_counts.h), in x's type.
at::Tensor mean_pool(const at::Tensor& x, const graph::AvgPool2d& pool);

// The same in float64: the sum exact (the caller proves it below 2^52), one correctly rounded
// division. A later cast then rounds as the exact
// quotient would: a quotient that is no tie lies further from one than the division's error.
at::Tensor exact_mean_pool(const at::Tensor& x, const graph::AvgPool2d& pool);

}  // namespace qfx::train
