// Golden vectors for an exported test bench.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/graph/graph.h"

namespace qfx::command {

// The set's samples as the model's raw inputs {size, input shape...}.
std::vector<std::int32_t> raw_inputs(const graph::FrozenModel& model, const data::Dataset& set);

// `count` raw inputs that lean to where formats break: the ends of the range, zero and its
// neighbours; every fourth value anything in between. The same ones on every machine.
std::vector<std::int32_t> boundary_inputs(const graph::FrozenModel& model, std::int64_t count);

}  // namespace qfx::command
