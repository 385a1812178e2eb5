// Range analysis: proves how wide every exact intermediate of a frozen model can get.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

struct Interval {
  std::int64_t lo = 0;
  std::int64_t hi = 0;
};

// Smallest width whose signed (or, is_signed false and lo >= 0, unsigned) range holds the interval.
int width_for(Interval interval, bool is_signed);

struct NodeRange {
  Interval output;             // raw values the node can produce, inside its format
  Interval accumulator;        // exact value before the node's one cast, on 2^-accumulator_frac_bits;
                               // covers every partial sum in any order of addition
  int accumulator_frac_bits = 0;
  int accumulator_width = 0;   // signed
  bool can_overflow = false;   // the cast may meet a value outside the output format
};

// One entry a node. For avg_pool2d and global_avg_pool2d the accumulator is the window's sum, before the
// division. Raises UserError, naming the node, where an accumulator exceeds kMaxAccumulatorWidth.
std::vector<NodeRange> analyze_ranges(const FrozenModel& model);

}  // namespace qfx::graph
