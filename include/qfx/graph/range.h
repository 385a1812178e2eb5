// Range analysis: proves how wide every exact intermediate of a frozen model can get.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Ends are reached or not: a bound, not a promise.
using fixed::Interval;
// An activation never holds another raw value; a parameter may hold any of its format.
using fixed::held_range;

// Smallest width whose signed (or, is_signed false and lo >= 0, unsigned) range holds the interval.
int width_for(Interval interval, bool is_signed);

struct NodeRange {
  Interval output;       // raw values the node can produce, inside its format
  Interval accumulator;  // exact value before the node's one cast, on 2^-accumulator_frac_bits;
                         // covers every partial sum in any order of addition
  int accumulator_frac_bits = 0;
  int accumulator_width = 0;  // signed
  bool can_overflow = false;  // the cast may meet a value outside the output format
};

// One entry per node. Bounds are kept per channel inside and joined here. For avg_pool2d and
// global_avg_pool2d the accumulator is the window's sum times its factor (window_counts.h), before
// the division, and for softmax the sum of exponentials, in units of its table; for a sum with an
// accumulator format (accumulator_of) what that holds; for relu, max_pool2d and function the value
// before the cast; a flatten repeats its input's output; an input has nothing before its cast that
// is an integer, so its accumulator is its output, and can_overflow is true because its samples are
// unknown. The model must be one that verifies (graph/analyzed.h does both). Raises UserError,
// naming the node, where an accumulator exceeds kMaxAccumulatorWidth.
std::vector<NodeRange> analyze_ranges(const FrozenModel& model);

}  // namespace qfx::graph
