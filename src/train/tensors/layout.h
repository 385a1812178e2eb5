// How a dense tensor's memory looks to the kernels.
#pragma once

#include <vector>

#include "train/machine/torch.h"

#include "qfx/kernels/fake_cast.h"

namespace qfx::train {

// The tensor itself where it is dense in row-major or channels-last order, else a row-major copy.
at::Tensor dense(const at::Tensor& x);
// `x` in the memory order of `like`.
at::Tensor dense_like(const at::Tensor& x, const at::Tensor& like);

// Images in channels-last order, in which convolution, pooling and BatchNorm are fastest here;
// anything else as it is. Every operator keeps the order of its input.
at::Tensor channels_last(const at::Tensor& x);

// Every element alike.
kernels::Extent flat_extent(const at::Tensor& x);
// Channels on axis 1 of {N, C, ...}, in the tensor's own memory order.
kernels::Extent channel_extent(const at::Tensor& x);
// Channels on axis 0, row-major: a parameter.
kernels::Extent parameter_extent(const at::Tensor& x, std::int64_t channels);

// The elements, row-major, wherever the tensor lies.
std::vector<double> doubles(const at::Tensor& x);

// {C} against {N, C, ...}
at::Tensor along_channels(const at::Tensor& values, const at::Tensor& like);
// The same in the type of `like`, where it lies.
at::Tensor along_channels(const std::vector<double>& values, const at::Tensor& like);
std::vector<std::int64_t> all_but_channels(const at::Tensor& x);

// body(T{}) with T = float or double, the tensor's type.
template <class Body>
decltype(auto) with_carrier(const at::Tensor& x, Body&& body) {
  if (x.scalar_type() == at::kDouble) return body(double{});
  TORCH_INTERNAL_ASSERT(x.scalar_type() == at::kFloat);
  return body(float{});
}

}  // namespace qfx::train
