// Windows reduced to their maximum or their exact sum, on raw integers.
#pragma once

#include <cstdint>

namespace qfx::kernels {

struct Pooling {
  std::int64_t channels = 1, height = 1, width = 1;  // of the input, without padding
  std::int64_t kernel_height = 1, kernel_width = 1;
  std::int64_t stride_height = 1, stride_width = 1;
  std::int64_t pad_height = 0, pad_width = 0;
  std::int64_t out_height = 1, out_width = 1;
};

// Padding never wins; every window holds at least one element of the image.
void max_pool(const std::int32_t* x, const Pooling& pooling, std::int32_t* y);

// Padding adds zero.
void sum_pool(const std::int32_t* x, const Pooling& pooling, std::int64_t* sums);

}  // namespace qfx::kernels
