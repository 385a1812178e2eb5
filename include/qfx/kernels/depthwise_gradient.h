// Gradients of a depthwise convolution of channels-last images in floating point: where a library's
// general convolution spends most of a small network's backward pass.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/kernels/int_conv.h"

namespace qfx::kernels {

// Offsets in numbers: of the image that a tap reads, and of its weights or their gradient.
struct DepthwiseTap {
  std::int64_t image, weights;
};

// One filter a channel; any kernel size, stride, padding and dilation. On the calling thread.
class DepthwiseGradient {
 public:
  // A depthwise shape (ConvShape::is_depthwise). weights: {channels, kernel_height, kernel_width}.
  DepthwiseGradient(const ConvShape& shape, std::span<const float> weights);

  // Elements of the images that run() works in.
  std::int64_t scratch_size() const { return x_.size() + dy_.size(); }

  // Of one image. x, dx: {height, width, channels}; dy: {out_height, out_width, channels}. Writes
  // the gradient of x, unless dx is null, and adds that of the weights to dw, {kernel_height,
  // kernel_width, channels}. The same scratch serves any number of images, one after another; it is
  // zeros at first.
  void run(const float* x, const float* dy, float* dx, float* dw, float* scratch) const;

 private:
  // An image inside a frame of zeros, so that all windows are alike.
  struct Framed {
    std::int64_t height = 0, width = 0, channels = 0;
    std::int64_t above = 0, left = 0, rows = 0, columns = 0;  // with the frame

    // `lowest` to `highest`: what the windows reach.
    static Framed of(std::int64_t height, std::int64_t width, std::int64_t channels,
                     std::int64_t lowest_row, std::int64_t highest_row, std::int64_t lowest_column,
                     std::int64_t highest_column);
    std::int64_t size() const { return rows * columns * channels; }
    // Row and column count from the image's first pixel, the frame's are negative.
    std::int64_t offset(std::int64_t row, std::int64_t column) const {
      return ((row + above) * columns + column + left) * channels;
    }
    void fill(const float* image, float* framed) const;
  };
  void set_taps();
  void add_of_weights(const float* x, const float* dy, float* dw) const;
  void of_input(const float* dy, float* dx) const;

  ConvShape shape_;
  Framed x_, dy_;
  std::vector<float> weights_;         // {kernel_height, kernel_width, channels}
  std::vector<DepthwiseTap> forward_;  // from the framed x at an output pixel's place
  // Pixels of x that are one stride apart have the same taps: {stride_height, stride_width} lists,
  // from the framed dy at the first of the pixels.
  std::vector<std::vector<DepthwiseTap>> back_;
};

}  // namespace qfx::kernels
