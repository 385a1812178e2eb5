// Exact integer convolution, image after image, prepared once for its weights. No window is copied:
// an image is laid out once as words of 1, 2 or 4 channels, and every tap of the kernel is a
// shifted view of it (qfx/kernels/int_gemm.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qfx::kernels {

// torch's Conv2d, zero padding.
struct ConvShape {
  std::int64_t channels = 1, height = 1, width = 1;  // of the input, without padding
  std::int64_t out_channels = 1, groups = 1;
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  std::int64_t dilation_height = 1, dilation_width = 1;

  std::int64_t group_channels() const { return channels / groups; }
  std::int64_t group_outputs() const { return out_channels / groups; }
  // A group for every channel, with one output.
  bool is_depthwise() const { return groups > 1 && groups == channels && groups == out_channels; }
  std::int64_t taps() const { return kernel_height * kernel_width; }
  std::int64_t out_height() const {
    return (height + pad_top + pad_bottom - dilation_height * (kernel_height - 1) - 1) /
               stride_height +
           1;
  }
  std::int64_t out_width() const {
    return (width + pad_left + pad_right - dilation_width * (kernel_width - 1) - 1) /
               stride_width +
           1;
  }
};

// The shape for attributes with these names, pairs of {height, width} and the sides of the padding:
// a graph's conv2d has them, and kernels know no graph.
ConvShape conv_shape(const auto& conv, std::int64_t channels, std::int64_t height,
                     std::int64_t width) {
  return {.channels = channels,
          .height = height,
          .width = width,
          .out_channels = conv.out_channels,
          .groups = conv.groups,
          .kernel_height = conv.kernel[0],
          .kernel_width = conv.kernel[1],
          .stride_height = conv.stride[0],
          .stride_width = conv.stride[1],
          .pad_top = conv.padding.top,
          .pad_left = conv.padding.left,
          .pad_bottom = conv.padding.bottom,
          .pad_right = conv.padding.right,
          .dilation_height = conv.dilation[0],
          .dilation_width = conv.dilation[1]};
}

// Some rows of the output of some channels, as they come from the product: channel c's pixel (y, x)
// is sums[c * stride + y * pitch + x], with whatever fell out between the rows.
template <class Sum>
struct ConvBlock {
  std::int64_t first_channel = 0, channels = 0;
  std::int64_t first_row = 0, rows = 0;
  const Sum* sums = nullptr;
  std::int64_t stride = 0, pitch = 0;
};

// Sum is int32_t or int64_t; sums are modulo 2^32 or 2^64 (the caller proves that they fit).
template <class Sum>
class IntConv {
 public:
  enum class Path : std::uint8_t {
    Int8,         // Sum int32_t: bytes, where the machine has an exact product of these
    Int16,        // Sum int32_t
    Int16Chunks,  // Sum int64_t: 32-bit sums of a few words, added up in 64 bits
    Int32         // Sum int64_t
  };

  // weights: {out_channels, group_channels, kernel_height, kernel_width}. Inputs lie in lo..hi;
  // with Sum int32_t these and the weights must fit 16 bits. The path is the fastest that is exact
  // here; a given one is taken where it is exact.
  IntConv(const ConvShape& shape, std::span<const std::int32_t> weights, std::int64_t lo,
          std::int64_t hi, std::optional<Path> path = {});
  ~IntConv();
  IntConv(IntConv&&) noexcept;

  Path path() const;
  // e.g. "int16 x int16 -> int32"
  std::string name() const;

  // Bytes at a 64-byte boundary that run() and the blocks work in.
  std::size_t scratch_bytes() const;
  // The most columns of a block: (rows - 1) * pitch + out_width.
  std::int64_t block_columns() const;

  // x: {channels, height, width} of int8_t, uint8_t, int16_t or int32_t. sums: {out_channels,
  // out_height, out_width}.
  template <class In>
  void run(const In* x, Sum* sums, std::byte* scratch) const;

  // The same a block at a time, while it lies in the first-level cache: finish(block) for all
  // blocks, a block's channels within one group.
  template <class In, class Finish>
  void for_each_block(const In* x, std::byte* scratch, const Finish& finish) const {
    lay_out(x, scratch);
    ConvBlock<Sum> block;
    for (std::int64_t at = 0; at < blocks(); ++at) {
      multiply(at, scratch, block);
      finish(block);
    }
  }

 private:
  template <class In>
  void lay_out(const In* x, std::byte* scratch) const;
  std::int64_t blocks() const;
  void multiply(std::int64_t at, std::byte* scratch, ConvBlock<Sum>& block) const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

extern template class IntConv<std::int32_t>;
extern template class IntConv<std::int64_t>;

}  // namespace qfx::kernels
