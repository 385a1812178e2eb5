// Whether the attributes of a kind that only moves elements fit its input.
#pragma once

#include <string>

#include "qfx/graph/kinds.h"

namespace qfx::graph {

// What does not, a sentence without its subject, the node; empty: they fit. Each attribute lies
// within its own bounds already.
std::string move_fault(const Slice& slice, const Shape& x);
std::string move_fault(const Upsample& op, const Shape& x);
std::string move_fault(const ChannelShuffle& shuffle, const Shape& x);
std::string move_fault(const DepthToSpace& op, const Shape& x);
std::string move_fault(const SpaceToDepth& op, const Shape& x);
std::string move_fault(const Permute& permute, const Shape& x);
std::string move_fault(const Rearrange& op, const Shape& x);

}  // namespace qfx::graph
