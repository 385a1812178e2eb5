#include "train/tensors/layout.h"

#include "train/tensors/values.h"

namespace qfx::train {
namespace {

bool is_channels_last(const at::Tensor& x) {
  return x.dim() == 4 && !x.is_contiguous() && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

at::Tensor dense(const at::Tensor& x) {
  return is_channels_last(x) ? x : x.contiguous();
}

at::Tensor dense_like(const at::Tensor& x, const at::Tensor& like) {
  return is_channels_last(like) ? x.contiguous(at::MemoryFormat::ChannelsLast) : x.contiguous();
}

at::Tensor channels_last(const at::Tensor& x) {
  if (x.dim() != 4) return x;
  if (x.size(1) > 1) return x.contiguous(at::MemoryFormat::ChannelsLast);
  // With one channel both orders are one, and the strides alone tell torch which to go on with.
  const std::int64_t height = x.size(2), width = x.size(3);
  return x.contiguous().as_strided(x.sizes(), {height * width, 1, width, 1});
}

at::Tensor joined_outputs(const std::vector<at::Tensor>& outputs) {
  if (outputs.size() == 1) return outputs[0];
  std::vector<at::Tensor> rows;
  for (const at::Tensor& output : outputs) rows.push_back(at::flatten(output, 1));
  return at::cat(rows, 1);
}

kernels::Extent flat_extent(const at::Tensor& x) {
  return {1, 1, x.numel()};
}

kernels::Extent channel_extent(const at::Tensor& x) {
  if (x.dim() < 2) return flat_extent(x);
  const std::int64_t channels = x.size(1);
  if (is_channels_last(x) || x.dim() == 2) return {x.numel() / channels, channels, 1};
  return {x.size(0), channels, x.numel() / (x.size(0) * channels)};
}

kernels::Extent parameter_extent(const at::Tensor& x, std::int64_t channels) {
  return {1, channels, x.numel() / channels};
}

at::Tensor along_channels(const at::Tensor& values, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[1] = values.numel();
  return values.view(shape);
}

at::Tensor along_channels(const std::vector<double>& values, const at::Tensor& like) {
  return along_channels(double_tensor(values).to(like.options()), like);
}

at::Tensor gate_along(const at::Tensor& gate, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = like.size(0);
  shape[1] = like.size(1);
  return gate.reshape(shape);
}

std::vector<std::int64_t> all_but_channels(const at::Tensor& x) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 0; axis < x.dim(); ++axis) {
    if (axis != 1) axes.push_back(axis);
  }
  return axes;
}

}  // namespace qfx::train
