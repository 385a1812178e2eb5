// The only door from the trainable to the frozen state.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Integers of one parameter: each value cast to its channel's format (from the float's exact
// value), then projected to K-hot where the spec says so.
FrozenParam freeze_param(const Param& param, const std::vector<float>& values,
                         const std::string& name);

// batch_norm as one product and one sum: scale * x + offset.
struct FoldedPair {
  std::vector<float> scale, offset;  // per channel
};
// scale = gamma / sqrt(variance + eps), offset = beta - mean * scale, in float32 in this order.
// Training folds by this function too, whatever the statistics are of.
FoldedPair fold_pair(std::span<const float> gamma, std::span<const float> beta,
                     std::span<const float> mean, std::span<const float> variance, double eps);
// By the running statistics, as freeze does.
FoldedPair fold_pair(const Node& batch_norm);

// The values of derived parameters in float, by role: batch_norm's folded pair, leaky_relu's slope;
// empty for every other kind.
ByRole<std::vector<float>> derived_params(const Node& node);

// Every tensor must have a binary point (calibrated, learned or given) and none may be float; else
// UserError.
FrozenModel freeze(const Model& model);

}  // namespace qfx::graph
