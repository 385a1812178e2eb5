// The first of the two steps in which networks with binary weights are trained: as if their weights
// were real numbers.
#pragma once

#include "qfx/graph/graph.h"

namespace qfx::graph {

// No conv2d or linear is binary, and a fractional_conv2d is a conv2d, which always counts both bits
// of its input. Names, values and shapes stay; thresholds are gone.
Model with_real_weights(Model model);

// `binary` with the parameters of `real`, which with_real_weights made of it and training changed.
// Its batch norms are as new but for gamma and beta: sums of -1 and +1 have other statistics.
Model with_weights_of(Model binary, const Model& real);

}  // namespace qfx::graph
