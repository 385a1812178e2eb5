// What a relu drops is half of what its input can say.
#pragma once

#include <vector>

#include "frontends/format_target.h"

#include "qfx/graph/graph.h"

namespace qfx::frontends {

// A signed tensor that a relu alone reads, of the same width as the relu's unsigned one, gets one
// bit more: its sign does not cost the relu the top bit of its format. Not one with a point or a
// width of its own, nor where the bit would leave what float32 carries in training or an integer
// holds. A max pool before the relu only hands the values on, and is widened with its input.
void widen_before_relus(const std::vector<FormatTarget>& targets, graph::Model& model);

}  // namespace qfx::frontends
