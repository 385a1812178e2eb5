// How large a node's values can be, from its inputs' values and its parameters: often less than its
// format holds, and then what reads them may need a narrower carrier.
#pragma once

#include <optional>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/steps/exactness.h"

namespace qfx::steps {

// Where the node's exact values lie, before their cast; nothing where only the format limits them.
// values: of every node's tensor, by id. sums: of a node with parameters, its exact results.
std::optional<Grid> exact_grid(const graph::Node& node,
                               const std::vector<std::optional<Grid>>& values,
                               const std::vector<Grid>& sums);

}  // namespace qfx::steps
