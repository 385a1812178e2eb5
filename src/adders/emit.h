// Rows as adders: the terms of each row in a tree of least depth.
#pragma once

#include <vector>

#include "adders/problem.h"
#include "adders/rows.h"

#include "qfx/adders/adder_graph.h"

namespace qfx::adders {

// The ranges of its adders are not exact yet: see prove.h.
AdderGraph emit(const Rows& rows, const Problem& problem, const std::vector<Interval>& inputs);

}  // namespace qfx::adders
