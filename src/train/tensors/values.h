// Between tensors and what knows nothing of them: plain rows of numbers, carriers.
#pragma once

#include <span>
#include <vector>

#include "train/machine/torch.h"

#include "qfx/steps/exactness.h"

namespace qfx::train {

// The elements, row-major. float32, on the processor.
std::vector<float> floats(const at::Tensor& x);
// Where they lie: of a contiguous tensor, as long as it lives.
std::span<const float> float_span(const at::Tensor& x);
// Of any floating-point type, wherever the tensor lies.
std::vector<double> doubles(const at::Tensor& x);

// {values}, on the processor.
at::Tensor float_tensor(const std::vector<float>& values);
at::Tensor double_tensor(const std::vector<double>& values);

at::ScalarType type_of(steps::Carrier carrier);

// body(T{}) with T = float or double, the tensor's type.
template <class Body>
decltype(auto) with_carrier(const at::Tensor& x, Body&& body) {
  if (x.scalar_type() == at::kDouble) return body(double{});
  TORCH_INTERNAL_ASSERT(x.scalar_type() == at::kFloat);
  return body(float{});
}

}  // namespace qfx::train
