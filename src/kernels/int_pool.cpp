#include "qfx/kernels/int_pool.h"

#include <algorithm>

#include "kernels/clones.h"

namespace qfx::kernels {
namespace {

// The part of a window inside the image.
struct Window {
  std::int64_t first, rows, columns;  // first: its first pixel
};

// Calls visit(window) for every output in order.
template <class Visit>
void for_each_window(const Pooling& p, const Visit& visit) {
  for (std::int64_t oy = 0; oy < p.out_height; ++oy) {
    const std::int64_t top = oy * p.stride_height - p.pad_height;
    const std::int64_t y0 = std::max<std::int64_t>(top, 0);
    const std::int64_t rows =
        std::max<std::int64_t>(std::min(top + p.kernel_height, p.height) - y0, 0);
    for (std::int64_t ox = 0; ox < p.out_width; ++ox) {
      const std::int64_t left = ox * p.stride_width - p.pad_width;
      const std::int64_t x0 = std::max<std::int64_t>(left, 0);
      const std::int64_t columns =
          std::max<std::int64_t>(std::min(left + p.kernel_width, p.width) - x0, 0);
      visit(Window{y0 * p.width + x0, rows, columns});
    }
  }
}

// A pixel's channels meet those of the result so far.
#define QFX_FOR_TYPE(T)                                                            \
  QFX_CLONES void take_larger(const T* x, std::int64_t channels, T* best) {        \
    for (std::int64_t c = 0; c < channels; ++c) best[c] = std::max(best[c], x[c]); \
  }
QFX_FOR_TYPE(std::int8_t)
QFX_FOR_TYPE(std::uint8_t)
QFX_FOR_TYPE(std::int16_t)
QFX_FOR_TYPE(std::uint16_t)
QFX_FOR_TYPE(std::int32_t)
#undef QFX_FOR_TYPE

// Adds pixels that lie `step` numbers apart to sums that lie together. Blocks of a fixed size
// become vectors.
#define QFX_FOR_TYPES(T, Sum)                                                    \
  QFX_CLONES void add_blocks(const T* x, std::int64_t step, std::int64_t pixels, \
                             std::int64_t channels, Sum* sums) {                 \
    constexpr std::int64_t kBlock = 16;                                          \
    for (std::int64_t p = 0; p < pixels; ++p, x += step, sums += channels) {     \
      std::int64_t c = 0;                                                        \
      for (; c + kBlock <= channels; c += kBlock)                                \
        for (std::int64_t i = 0; i < kBlock; ++i) sums[c + i] += x[c + i];       \
      for (; c < channels; ++c) sums[c] += x[c];                                 \
    }                                                                            \
  }
#define QFX_FOR_TYPE(T)          \
  QFX_FOR_TYPES(T, std::int32_t) \
  QFX_FOR_TYPES(T, std::int64_t)
QFX_FOR_TYPE(std::int8_t)
QFX_FOR_TYPE(std::uint8_t)
QFX_FOR_TYPE(std::int16_t)
QFX_FOR_TYPE(std::uint16_t)
QFX_FOR_TYPE(std::int32_t)
#undef QFX_FOR_TYPE
#undef QFX_FOR_TYPES

}  // namespace

template <class T>
void max_pool(const T* x, const Pooling& p, T* y) {
  for_each_window(p, [&](const Window& window) {
    const T* first = x + window.first * p.channels;
    std::copy_n(first, p.channels, y);
    for (std::int64_t r = 0; r < window.rows; ++r)
      for (std::int64_t i = 0; i < window.columns; ++i)
        take_larger(first + (r * p.width + i) * p.channels, p.channels, y);
    y += p.channels;
  });
}

template <class T, class Sum>
void add_pixels(const T* x, std::int64_t step, std::int64_t pixels, std::int64_t channels,
                Sum* sums) {
  add_blocks(x, step, pixels, channels, sums);
}

template <class T, class Sum>
void sum_pool(const T* x, const Pooling& p, Sum* sums) {
  std::fill_n(sums, p.out_height * p.out_width * p.channels, Sum{0});
  for (std::int64_t oy = 0; oy < p.out_height; ++oy, sums += p.out_width * p.channels)
    for (std::int64_t ky = 0; ky < p.kernel_height; ++ky) {
      const std::int64_t y = oy * p.stride_height - p.pad_height + ky;
      if (y < 0 || y >= p.height) continue;
      for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
        // The outputs for which this column of the window lies inside.
        const std::int64_t left = kx - p.pad_width;
        std::int64_t first = 0, last = p.out_width;
        while (first < last && first * p.stride_width + left < 0) ++first;
        while (last > first && (last - 1) * p.stride_width + left >= p.width) --last;
        add_pixels(x + (y * p.width + first * p.stride_width + left) * p.channels,
                   p.stride_width * p.channels, last - first, p.channels,
                   sums + first * p.channels);
      }
    }
}

#define QFX_FOR_SUM(T, Sum)                                                           \
  template void add_pixels(const T*, std::int64_t, std::int64_t, std::int64_t, Sum*); \
  template void sum_pool(const T*, const Pooling&, Sum*);
#define QFX_FOR_TYPE(T)                                 \
  template void max_pool(const T*, const Pooling&, T*); \
  QFX_FOR_SUM(T, std::int32_t)                          \
  QFX_FOR_SUM(T, std::int64_t)
QFX_FOR_TYPE(std::int8_t)
QFX_FOR_TYPE(std::uint8_t)
QFX_FOR_TYPE(std::int16_t)
QFX_FOR_TYPE(std::uint16_t)
QFX_FOR_TYPE(std::int32_t)
#undef QFX_FOR_TYPE
#undef QFX_FOR_SUM

}  // namespace qfx::kernels
