// A model as text, one line per node: id, name, kind with attributes, inputs, shape, format,
// parameters.
#pragma once

#include <string>

#include "qfx/graph/graph.h"

namespace qfx::graph {

//   0  input  input       ()       [1, 28, 28]   ufixed<8,0,RND,SAT>
//   1  conv1  conv2d 3x3  (input)  [16, 26, 26]  fixed<8,3,RND,SAT>   weight [16, 1, 3, 3]
//   fixed<8,1,RND,SAT> 2-hot
std::string to_text(const FrozenModel& model);

// The same for a trainable model. A binary point that nobody has chosen yet prints as
// `fixed<8,?,RND,SAT>`, a tensor in floating point as `float`.
std::string to_text(const Model& model);

// "conv2d 3x3 stride 2x2 padding 1x1": the kind, its window, and what differs from the usual (for a
// pool, a stride that is not its kernel).
std::string describe(const Op& op);

}  // namespace qfx::graph
