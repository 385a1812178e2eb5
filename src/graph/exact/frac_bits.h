// The binary point of a node's exact value, before its cast.
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Every kind casts its exact result to its format but input (whose source is a real number), those
// that keep their input's format, and function (whose table holds what the cast gave).
bool has_cast(const Op& op);

// Fraction bits of a grid that holds every exact value: of the sum before a mean is divided, of the
// finest operand where values are chosen, 0 for softmax (a quotient of two integers), of its own
// format for an input and a function, of the accumulator where a sum has one.
int exact_frac_bits(const std::vector<FrozenNode>& nodes, const FrozenNode& node);

}  // namespace qfx::graph
