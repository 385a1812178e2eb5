#include "qfx/kernels/int_pool.h"

#include <algorithm>
#include <limits>

namespace qfx::kernels {
namespace {

// Calls visit(pixel, rows, columns) for every output in order, with the part of its window inside
// the image.
template <class Visit>
void for_each_window(const std::int32_t* x, const Pooling& p, const Visit& visit) {
  for (std::int64_t c = 0; c < p.channels; ++c, x += p.height * p.width) {
    for (std::int64_t oy = 0; oy < p.out_height; ++oy) {
      const std::int64_t top = oy * p.stride_height - p.pad_height;
      const std::int64_t y0 = std::max<std::int64_t>(top, 0);
      const std::int64_t rows =
          std::max<std::int64_t>(std::min(top + p.kernel_height, p.height) - y0, 0);
      for (std::int64_t ox = 0; ox < p.out_width; ++ox) {
        const std::int64_t left = ox * p.stride_width - p.pad_width;
        const std::int64_t x0 = std::max<std::int64_t>(left, 0);
        visit(x + y0 * p.width + x0, rows, std::min(left + p.kernel_width, p.width) - x0);
      }
    }
  }
}

}  // namespace

void max_pool(const std::int32_t* x, const Pooling& pooling, std::int32_t* y) {
  for_each_window(x, pooling,
                  [&](const std::int32_t* pixel, std::int64_t rows, std::int64_t columns) {
                    std::int32_t best = std::numeric_limits<std::int32_t>::min();
                    for (std::int64_t r = 0; r < rows; ++r, pixel += pooling.width)
                      for (std::int64_t i = 0; i < columns; ++i) best = std::max(best, pixel[i]);
                    *y++ = best;
                  });
}

void sum_pool(const std::int32_t* x, const Pooling& pooling, std::int64_t* sums) {
  for_each_window(x, pooling,
                  [&](const std::int32_t* pixel, std::int64_t rows, std::int64_t columns) {
                    std::int64_t sum = 0;
                    for (std::int64_t r = 0; r < rows; ++r, pixel += pooling.width)
                      for (std::int64_t i = 0; i < columns; ++i) sum += pixel[i];
                    *sums++ = sum;
                  });
}

}  // namespace qfx::kernels
