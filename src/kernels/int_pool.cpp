#include "qfx/kernels/int_pool.h"

#include <algorithm>

#include "kernels/clones.h"

namespace qfx::kernels {
namespace {

// The taps of a window along an axis that lie inside the image.
struct Inside {
  std::int64_t first, count;  // first: where it lies in the image
};

Inside inside(std::int64_t begin, std::int64_t kernel, std::int64_t dilation, std::int64_t size) {
  const std::int64_t before = begin >= 0 ? 0 : (-begin + dilation - 1) / dilation;
  const std::int64_t end = begin >= size ? 0 : (size - begin + dilation - 1) / dilation;
  return {begin + before * dilation,
          std::max<std::int64_t>(std::min(end, kernel) - before, 0)};
}

// Calls visit(rows, columns) for every output in order.
template <class Visit>
void for_each_window(const Pooling& p, const Visit& visit) {
  for (std::int64_t oy = 0; oy < p.out_height; ++oy) {
    const Inside rows =
        inside(oy * p.stride_height - p.pad_top, p.kernel_height, p.dilation_height, p.height);
    for (std::int64_t ox = 0; ox < p.out_width; ++ox)
      visit(rows, inside(ox * p.stride_width - p.pad_left, p.kernel_width, p.dilation_width,
                         p.width));
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
  for_each_window(p, [&](const Inside& rows, const Inside& columns) {
    const T* first = x + (rows.first * p.width + columns.first) * p.channels;
    std::copy_n(first, p.channels, y);
    for (std::int64_t r = 0; r < rows.count; ++r)
      for (std::int64_t i = 0; i < columns.count; ++i)
        take_larger(
            first + (r * p.dilation_height * p.width + i * p.dilation_width) * p.channels,
            p.channels, y);
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
      const std::int64_t y = oy * p.stride_height - p.pad_top + ky * p.dilation_height;
      if (y < 0 || y >= p.height) continue;
      for (std::int64_t kx = 0; kx < p.kernel_width; ++kx) {
        // The outputs for which this column of the window lies inside.
        const std::int64_t left = kx * p.dilation_width - p.pad_left;
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
