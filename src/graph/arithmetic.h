// The binary point of each kind's exact result, before its cast (docs/semantics.md).
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Every kind casts its exact result to its format but input (whose source is a real number),
// flatten (which has no cast) and function (whose table holds what the cast gave).
bool has_cast(const Op& op);

// Fraction bits of the exact result: of the accumulator for conv2d, linear, batch_norm and add, of
// the window's sum for the average pools, 0 for softmax (a quotient of two integers), of the input
// for the rest; of its own format for an input and a function.
int exact_frac_bits(const std::vector<FrozenNode>& nodes, const FrozenNode& node);

}  // namespace qfx::graph
