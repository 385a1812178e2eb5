// How many elements of its input one element of a node's output is made of, and of which channels.
#pragma once

#include <cstdint>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// `cells` elements of each of `inputs` channels in a row. The channels are shared by
// `group_outputs` channels of the output.
struct Taps {
  std::int64_t inputs = 1;
  std::int64_t cells = 1;
  std::int64_t group_outputs = 1;
  bool padded = false;  // some of them may lie in the padding, as zeros
  // A mean is the sum times a factor from 1 to this, by `divisor` (window_counts.h).
  std::int64_t largest_factor = 1, divisor = 1;

  std::int64_t count() const { return inputs * cells; }
  std::int64_t first_input(std::int64_t output) const { return output / group_outputs * inputs; }
};

// One element of the same channel where the node has no window.
Taps taps_of(const FrozenNode& node, const Shape& input);

}  // namespace qfx::graph
