// How wide a node's exact value is before a cast.
#pragma once

#include "qfx/dataflow/constants.h"
#include "qfx/graph/analyzed.h"

namespace qfx::dataflow {

// Of the value before the node's one cast. Where a sum of products has an accumulator: of each
// product and of the bias by itself; where a mean has one: of the accumulator.
Sum sum_of(const graph::Analyzed& model, graph::NodeId id);

// Of the format's raw values as signed integers.
int signed_width(const fixed::Format& format);

// What the sum of a fractional convolution reaches with these weights: three for each.
std::int64_t largest_level_sum(const graph::Shape& weight);

}  // namespace qfx::dataflow
