// What follows from own_format (op.h): specs that nobody chooses and values that are few and known.
#pragma once

#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// The spec of a tensor whose format is its kind's: nothing to learn and nothing to calibrate.
QuantSpec own_spec(const fixed::Format& format);

// What a binary weight counts as: +1 above zero, else -1.
constexpr std::int32_t binary_weight(float value) {
  return value > 0 ? 1 : -1;
}
FrozenParam freeze_binary(const Param& param, const std::string& name);

}  // namespace qfx::graph
