// What a node's inputs make of it: the shape of its output and of its parameters.
#pragma once

#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// The output shape of `op` for these input shapes. Raises UserError naming `node_name` where they
// do not fit.
Shape infer_shape(const Op& op, const std::vector<Shape>& inputs, const std::string& node_name);

// Roles and shapes of the parameters of `op` that take part in the frozen computation, but for the
// table of a node that has one: its size depends on a format (table.h).
ByRole<Shape> param_shapes(const Op& op, const std::vector<Shape>& inputs);

}  // namespace qfx::graph
