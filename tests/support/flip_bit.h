// Damage that a test must see.
#pragma once

#include <cstdint>

#include "qfx/graph/graph.h"

namespace qfx::test {

// Flips a bit of one of the node's weights, the lowest; the one that a binary weight has is its
// sign. Done twice it is undone.
inline void flip_bit(const graph::FrozenNode& node, std::int32_t& weight) {
  const bool is_binary = graph::own_format(node.op, graph::Role::Weight).has_value();
  weight = is_binary ? -weight : weight ^ 1;
}

}  // namespace qfx::test
