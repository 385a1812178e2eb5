// The binary point of each kind's exact result, before its cast (docs/semantics.md).
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Every kind casts its exact result to its format but input (whose source is a real number), those
// that keep their input's format, and function (whose table holds what the cast gave).
bool has_cast(const Op& op);

// Fraction bits of a grid that holds every exact result: of the accumulator for sums and products,
// of the window's sum for the average pools, of the finest operand where values are chosen (clip,
// prelu, concat), 0 for softmax (a quotient of two integers), of the input for the rest; of its own
// format for an input and a function.
int exact_frac_bits(const std::vector<FrozenNode>& nodes, const FrozenNode& node);

}  // namespace qfx::graph
