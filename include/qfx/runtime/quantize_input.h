// Samples as a frozen model's input takes them.
#pragma once

#include <cstdint>
#include <span>

#include "qfx/graph/graph.h"

namespace qfx::runtime {

// graph::preprocess, then an exact cast to the input's format.
void quantize_input(const graph::FrozenNode& input, std::span<const float> samples,
                    std::span<std::int32_t> raw);

}  // namespace qfx::runtime
