// The values of a layer's parameters: as they are computed where they are not stored
// (graph::derives_params), and as they are cast.
#pragma once

#include <vector>

#include "train/network/mode.h"
#include "train/network/network.h"

namespace qfx::train {

// The layer's derived parameters in float32, as graph::freeze computes them: batch_norm's pair from
// the running statistics, leaky_relu's slope.
graph::ByRole<std::vector<float>> derived_values(const Network& network, const Layer& layer);

// The cast values of one parameter, in the network's carrier; of a derived one from its real
// values. Binary weights are +1 and -1.
at::Tensor cast_parameter(Network& network, Parameter& parameter, const FixedMode& mode);
at::Tensor cast_parameter(Network& network, Parameter& parameter, const at::Tensor& real,
                          const FixedMode& mode);

}  // namespace qfx::train
