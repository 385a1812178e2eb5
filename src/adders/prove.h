// Multiplies a graph out: what it computes is the matrix, and its ranges are exact.
#pragma once

#include "qfx/adders/adder_graph.h"
#include "qfx/adders/synthesize.h"

namespace qfx::adders {

void prove(AdderGraph& graph, const Matrix& matrix);

}  // namespace qfx::adders
