// What every tensor of a network holds before its cast.
#pragma once

#include <functional>

#include "train/network/network.h"

namespace qfx::train {

// Calls `visit` with what each tensor holds before its cast, in graph order: parameters in float,
// activations as their cast predecessors give them. The visit may set the point; it is used after
// it.
using TensorVisitor =
    std::function<void(Point& point, const at::Tensor& values, bool is_parameter)>;
void visit_uncast_values(Network& network, const at::Tensor& samples, const TensorVisitor& visit);

}  // namespace qfx::train
