// What the kinds that only move elements are, as their definitions say it: not by their views.
#pragma once

#include <concepts>
#include <vector>

#include "support/reference_tensor.h"

namespace qfx::test::reference {

// Where element `at` of the output of shape `out` lies in the input of shape `in`.
using Place = std::vector<std::int64_t>;
Place source_of(const graph::Slice& op, const graph::Shape& in, const Place& at);
Place source_of(const graph::Upsample& op, const graph::Shape& in, const Place& at);
Place source_of(const graph::ChannelShuffle& op, const graph::Shape& in, const Place& at);
Place source_of(const graph::DepthToSpace& op, const graph::Shape& in, const Place& at);
Place source_of(const graph::SpaceToDepth& op, const graph::Shape& in, const Place& at);
Place source_of(const graph::Permute& op, const graph::Shape& in, const Place& at);
Place source_of(const graph::Rearrange& op, const graph::Shape& in, const Place& at);

// Every element of the node's output.
template <class Kind>
std::vector<Exact> moved(const FrozenNode& node, const Kind& kind, const RawView& input) {
  const Tensor x(input);
  const graph::Shape& in = input.node.shape;
  std::vector<Exact> values;
  for (std::int64_t i = 0; i < graph::element_count(node.shape); ++i) {
    Place at(node.shape.size());
    std::int64_t rest = i;
    for (std::size_t axis = at.size(); axis-- > 0; rest /= node.shape[axis])
      at[axis] = rest % node.shape[axis];
    std::int64_t index = 0;
    const Place source = source_of(kind, in, at);
    for (std::size_t axis = 0; axis < in.size(); ++axis) index = index * in[axis] + source[axis];
    values.push_back(x.at(index));
  }
  return values;
}

}  // namespace qfx::test::reference
