// Windows reduced to their maximum or their exact sum, on raw integers of channels-last images.
#pragma once

#include <cstdint>

namespace qfx::kernels {

struct Pooling {
  std::int64_t channels = 1, height = 1, width = 1;  // of the input, without padding
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  std::int64_t dilation_height = 1, dilation_width = 1;
  std::int64_t out_height = 1, out_width = 1;
};

// x: {height, width, channels} of int8_t, uint8_t, int16_t, uint16_t or int32_t; y and sums:
// {out_height, out_width, channels}.

// Padding never wins; every window holds at least one element of the image.
template <class T>
void max_pool(const T* x, const Pooling& pooling, T* y);

// Adds `pixels` pixels that lie `step` numbers apart to sums that lie together. Sum is int32_t or
// int64_t.
template <class T, class Sum>
void add_pixels(const T* x, std::int64_t step, std::int64_t pixels, std::int64_t channels,
                Sum* sums);

// Padding adds zero. Sum is int32_t or int64_t; the caller proves that it holds the sums.
template <class T, class Sum>
void sum_pool(const T* x, const Pooling& pooling, Sum* sums);

}  // namespace qfx::kernels
