// Small networks that together hold every node kind in every position it can have on a stream.
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::test {

std::vector<graph::FrozenModel> all_kinds();

}  // namespace qfx::test
