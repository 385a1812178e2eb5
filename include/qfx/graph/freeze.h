// The only door from the trainable to the frozen state.
#pragma once

#include <string>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// Integers of one parameter: each value cast to its channel's format (from the float's exact
// value), then projected to K-hot where the spec says so.
FrozenParam freeze_param(const Param& param, const std::vector<float>& values,
                         const std::string& name);

// batch_norm's folded pair in float, as the training forward computes it with running statistics:
// scale = gamma / sqrt(running_var + eps), offset = beta - running_mean * scale, in float32 in this
// order.
void fold_pair(const Node& batch_norm, std::vector<float>& scale, std::vector<float>& offset);

// The values of derived parameters in float, by role: batch_norm's folded pair, leaky_relu's slope;
// empty for every other kind.
ByRole<std::vector<float>> derived_params(const Node& node);

// Every tensor must have a binary point (calibrated, learned or given) and none may be float; else
// UserError.
FrozenModel freeze(const Model& model);

}  // namespace qfx::graph
