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

// The outputs of a network: of one its tensor; several as rows {N, values}, one behind the other.
at::Tensor joined_outputs(const std::vector<at::Tensor>& outputs);

// Every element alike.
kernels::Extent flat_extent(const at::Tensor& x);
// Channels on axis 1 of {N, C, ...}, in the tensor's own memory order.
kernels::Extent channel_extent(const at::Tensor& x);
// Channels on axis 0, row-major: a parameter.
kernels::Extent parameter_extent(const at::Tensor& x, std::int64_t channels);

// {C} against {N, C, ...}
at::Tensor along_channels(const at::Tensor& values, const at::Tensor& like);
// The same in the type of `like`, where it lies.
at::Tensor along_channels(const std::vector<double>& values, const at::Tensor& like);
// A gate, one number a channel in whatever shape, against {N, C, ...}.
at::Tensor gate_along(const at::Tensor& gate, const at::Tensor& like);
std::vector<std::int64_t> all_but_channels(const at::Tensor& x);

}  // namespace qfx::train
