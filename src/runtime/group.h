// Which nodes run as one step.
#pragma once

#include <vector>

#include "qfx/graph/analyzed.h"

namespace qfx::runtime {

// The first node makes values, each of the others works on those of the one before it, element by
// element; only the last one's reach memory.
struct Group {
  std::vector<graph::NodeId> nodes;
  // The tensors that the step reads: the first node's inputs, then what the others read beside the
  // node before them.
  std::vector<graph::NodeId> inputs;
  // Whether the last of them is the upper_sums() (levels.h) of the first node, a fractional_conv2d.
  bool has_upper_sums = false;
  // Whether the first node, a conv2d, reads not the thermometer before it but what that reads
  // (looks_up() in levels.h).
  bool looks_up = false;

  graph::NodeId first() const { return nodes.front(); }
  graph::NodeId last() const { return nodes.back(); }
};

// True where node `id` has nothing to compute: its tensor is its input's memory. A flatten of many
// channels and pixels is none, since channels lie innermost in memory.
bool is_alias(const graph::FrozenModel& model, graph::NodeId id);

// Whether a node is an operation of qfx/kernels/int_chain.h, in lanes of 32 bits.
bool is_chainable(const graph::Analyzed& analyzed, graph::NodeId id);

// Whether a step that begins with the node can go on with chainable ones.
bool takes_more(const graph::Analyzed& analyzed, graph::NodeId id);

// All nodes that compute something, in the order of their steps: a chainable node behind the one
// before it where nobody else reads that one.
std::vector<Group> fused_groups(const graph::Analyzed& analyzed);

// Each by itself.
std::vector<Group> single_groups(const graph::Analyzed& analyzed);

}  // namespace qfx::runtime
