// Thresholds of the quantizers to levels as numbers of a carrier. A real threshold may lie between
// two of its numbers; the least one that reaches it decides alike for every value that the carrier
// holds.
#pragma once

#include <vector>

#include "qfx/graph/kinds.h"

namespace qfx::steps {

// Ascending, n = 2^bits - 1 of them: y is 2 * (how many x reaches) - n. T is float or double.
template <class T>
std::vector<T> thresholds_of(const graph::QuantSign& levels);

// Level j is +1 where x >= entry j, else -1.
template <class T>
std::vector<T> thresholds_of(const graph::Thermometer& thermometer);

}  // namespace qfx::steps
