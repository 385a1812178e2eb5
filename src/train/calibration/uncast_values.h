// What every tensor of a network holds before its cast and after it.
#pragma once

#include <functional>
#include <optional>

#include "train/network/network.h"

namespace qfx::train {

struct UncastValues {
  Layer& layer;
  std::optional<graph::Role> role;  // of a parameter; nothing: the layer's output
  Point& point;
  const at::Tensor& real;  // a parameter in float; an output as its cast inputs give it
  const at::Tensor& cast;  // the same where the tensor is left in floating point
};

// Calls `visit` with every tensor in graph order, those that keep their input's format left out.
// Every point is set.
using TensorVisitor = std::function<void(const UncastValues& values)>;
void visit_uncast_values(Network& network, const at::Tensor& samples, const TensorVisitor& visit);

}  // namespace qfx::train
