// One model in training's arithmetic, without a run folder. Free of torch in this header.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/frontends/recipe.h"
#include "qfx/graph/graph.h"

namespace qfx::train {

// The training forward of a trainable model in eval mode on raw stored samples {batch, input
// shape...}, before preprocessing: every node's values as raw integers, for comparison with the
// runtime, and the carrier of each node ("float32" or "float64"; "-" where none).
struct ForwardTrace {
  std::vector<std::vector<std::int64_t>> raw;  // by node id, row-major {batch, shape...}
  std::vector<std::string> carrier;
  // What the forward gives, {batch, all outputs}: on the same roads as a training step takes,
  // where `raw` has every node by itself.
  std::vector<double> outputs;
};
ForwardTrace trace_forward(const graph::Model& model, const std::vector<float>& samples,
                           std::int64_t batch);

// Gives every tensor without a binary point one from these samples (stored values, before
// preprocessing).
void calibrate(graph::Model& model, const frontends::Calibration& calibration,
               const std::vector<float>& samples, std::int64_t batch);

}  // namespace qfx::train
