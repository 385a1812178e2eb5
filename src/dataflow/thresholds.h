// What values are compared with, as integers on the grid of what is compared.
#pragma once

#include <cstdint>

#include "qfx/dataflow/constants.h"
#include "qfx/graph/graph.h"

namespace qfx::dataflow {

// {levels - 1}: the least raw value of the input that lies above each level but the highest. What
// no input reaches is one more than the largest.
Table level_steps(const graph::QuantSign& levels, const fixed::Format& input);

// {outputs}: the largest integer that is at most the threshold, where integers of magnitude at most
// `largest` are compared with it.
Table gates(const graph::FrozenParam& threshold, std::int64_t largest);

}  // namespace qfx::dataflow
