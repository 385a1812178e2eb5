// A trainable model in floating point, without torch: what every kind computes before its cast
// (graph/exact.h), in double. It is what an import is compared with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::imports {

// What leaves the network of `batch` samples, one after the other as `samples` are (of several
// outputs one behind the other in each, graph/outputs.h): real numbers as the first
// layer sees them, after preprocessing.
std::vector<double> run_float(const graph::Model& model, std::span<const double> samples,
                              std::int64_t batch);

}  // namespace qfx::imports
