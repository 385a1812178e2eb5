// The sizes of a frozen model that people quote.
#pragma once

#include <cstdint>

#include "qfx/graph/graph.h"

namespace qfx::graph {

struct Totals {
  // Tables and a thermometer's thresholds, which nobody trained, left out. A binary weight is a bit.
  std::int64_t parameters = 0, parameter_bits = 0;
  std::int64_t products = 0;                        // of one image
};

// Of a conv2d or linear: one for each output element and weight of its channel; else 0.
std::int64_t products(const FrozenNode& node);

Totals totals(const FrozenModel& model);

}  // namespace qfx::graph
