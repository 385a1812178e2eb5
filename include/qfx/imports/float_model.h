// A trainable model in floating point, without torch: what every kind computes before its cast
// (graph/exact.h), in double. It is what an import is compared with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::imports {

// What happens to a value whose format is fixed: nothing, or it is kept inside the format's range, or
// it is cast. Parameters are real numbers as they are.
enum class Casts { None, Clamped, Whole };

// What leaves the network of `batch` samples, one after the other as `samples` are (of several
// outputs one behind the other in each, graph/outputs.h): real numbers as the first
// layer sees them, after preprocessing.
std::vector<double> run_float(const graph::Model& model, std::span<const double> samples,
                              std::int64_t batch, Casts casts = Casts::None);

}  // namespace qfx::imports
