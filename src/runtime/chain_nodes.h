// What each element-wise kind is as operations of qfx/kernels/int_chain.h, and the proofs that they
// fit its lanes.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/group.h"

#include "qfx/kernels/int_chain.h"

namespace qfx::runtime {

// Appends what the group's nodes do from the one at `first` on, each to the result of the one
// before it.
template <class Lane>
void append_nodes(kernels::IntChain<Lane>& chain, const graph::Analyzed& analyzed,
                  const Group& group, std::size_t first);

// "scale * x + offset", for `inspect`.
const char* operation_name(const graph::Analyzed& analyzed, graph::NodeId id);

}  // namespace qfx::runtime
