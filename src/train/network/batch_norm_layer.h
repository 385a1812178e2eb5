// What the float and the fixed-point forward do alike with a batch_norm of the network.
#pragma once

#include <optional>

#include "train/network/mode.h"
#include "train/network/network.h"

namespace qfx::train {

steps::Moments running_statistics(const Layer& layer);
// They take up a batch.
void move_statistics(const graph::Node& node, Layer& layer, const steps::Moments& batch);

// scale * x + offset of a layer some of whose tensors are left in floating point: plain tensor
// arithmetic between the casts. Under batch statistics `measured` receives the batch's. Raises
// UserError where several processes share the batch.
at::Tensor partly_float_batch_norm(const graph::Node& node, Layer& layer, const at::Tensor& x,
                                   const FixedMode& mode, std::optional<steps::Moments>& measured);

}  // namespace qfx::train
