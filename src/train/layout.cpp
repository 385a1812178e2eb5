#include "train/layout.h"

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

kernels::Extent flat_extent(const at::Tensor& x) {
  return {1, 1, x.numel()};
}

kernels::Extent channel_extent(const at::Tensor& x) {
  const std::int64_t channels = x.size(1);
  if (is_channels_last(x) || x.dim() == 2) return {x.numel() / channels, channels, 1};
  return {x.size(0), channels, x.numel() / (x.size(0) * channels)};
}

kernels::Extent parameter_extent(const at::Tensor& x, std::int64_t channels) {
  return {1, channels, x.numel() / channels};
}

}  // namespace qfx::train
