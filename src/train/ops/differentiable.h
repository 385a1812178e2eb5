// The one kind of node that this room puts into autograd's graph: an operator is a function forward
// and a function backward.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "train/machine/torch.h"

namespace qfx::train {

using Tensors = std::vector<at::Tensor>;

// The way back through one call of an operator.
struct BackwardCall {
  const Tensors& kept;  // what the forward function kept
  const Tensors& dy;    // of each output; zeros where no gradient came
  // Whether somebody asks for the gradient of this input.
  std::function<bool(std::size_t input)> wants;
};

// The outputs. Puts into `kept` the tensors that the way back needs; what is no tensor, the
// backward function captures. Runs without gradients.
using ForwardFunction = std::function<Tensors(const Tensors& inputs, Tensors& kept)>;
// The gradients of the inputs, in their order; undefined where an input has none.
using BackwardFunction = std::function<Tensors(const BackwardCall& call)>;

// The outputs of `forward`, with `backward` behind them where an input requires a gradient.
Tensors differentiable(const Tensors& inputs, const ForwardFunction& forward,
                       const BackwardFunction& backward);

}  // namespace qfx::train
