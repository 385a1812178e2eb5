// Everything a well-formed model satisfies: names unique and non-empty, topological order, arities,
// shapes, parameter sizes, formats valid and within the widths of graph.h, values inside their
// formats, K-hot constants within K; as many names of outputs as outputs or none, all printable.
// Raises UserError that names the node and says what is allowed.
#pragma once

#include "qfx/graph/graph.h"

namespace qfx::graph {

void verify(const Model& model);
void verify(const FrozenModel& model);

}  // namespace qfx::graph
