// The formats to which the code of a node assigns: what a vendor's types must have modes for.
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::backends::hls {

// Of its output, and of its accumulator where it has one. Parameters are constants: only their
// numbers are exported, their rounding and overflow are history.
std::vector<fixed::Format> assigned_formats(const graph::FrozenNode& node);

}  // namespace qfx::backends::hls
