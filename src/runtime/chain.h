// The nodes of a group as one pass over memory.
#pragma once

#include <cstddef>

#include "runtime/step.h"

#include "qfx/kernels/int_chain.h"

namespace qfx::runtime {

// Whether a node's exact value and its cast are proved to fit 32-bit lanes.
bool fits_lanes(const Analyzed& analyzed, graph::NodeId id);

// Appends what the group's nodes do from the one at `first` on, each to the result of the one
// before it.
void append_nodes(kernels::IntChain& chain, const Analyzed& analyzed, const Group& group,
                  std::size_t first);

}  // namespace qfx::runtime
