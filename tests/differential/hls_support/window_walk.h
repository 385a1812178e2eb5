// A small image and the walk of a window over it, written out.
#pragma once

#include <cstdint>

#include "formats.h"

namespace qfx::test {

inline constexpr Format kIn = signed_format(6, 3);
inline constexpr Format kOut{9, 5, true, fixed::Rounding::RND_INF, fixed::Overflow::SAT};
inline constexpr int kChannels = 4, kHeight = 7, kWidth = 5;

// Raw values without a pattern that a wrong index would keep.
inline std::int64_t pixel(int c, int y, int x) {
  return (c * 29 + y * 41 + x * 17 + c * y * 5 + x * x * 3) % 64 - 32;
}
inline bool is_inside(int y, int x) {
  return y >= 0 && y < kHeight && x >= 0 && x < kWidth;
}

inline void write_image(Beats<kIn, kChannels>& in) {
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      write(in, {pixel(0, y, x), pixel(1, y, x), pixel(2, y, x), pixel(3, y, x)});
}

// Beyond the padding above and left, MORE rows below and columns right.
template <int KERNEL_H, int KERNEL_W, int STRIDE_H, int STRIDE_W, int PADDING_H, int PADDING_W,
          int DILATION_H, int DILATION_W, int MORE_H = 0, int MORE_W = 0>
struct Geometry {
  static const int in_height = kHeight, in_width = kWidth;
  static const int kernel_h = KERNEL_H, kernel_w = KERNEL_W;
  static const int stride_h = STRIDE_H, stride_w = STRIDE_W;
  static const int padding_top = PADDING_H, padding_left = PADDING_W;
  static const int padding_bottom = PADDING_H + MORE_H, padding_right = PADDING_W + MORE_W;
  static const int dilation_h = DILATION_H, dilation_w = DILATION_W;
  static const int reach_h = (KERNEL_H - 1) * DILATION_H, reach_w = (KERNEL_W - 1) * DILATION_W;
};

// f(y, x) for the first pixel of each place of the window.
template <class GEOMETRY, class F>
void each_place(const F& f) {
  for (int y = -GEOMETRY::padding_top; y + GEOMETRY::reach_h < kHeight + GEOMETRY::padding_bottom;
       y += GEOMETRY::stride_h)
    for (int x = -GEOMETRY::padding_left; x + GEOMETRY::reach_w < kWidth + GEOMETRY::padding_right;
         x += GEOMETRY::stride_w)
      f(y, x);
}

// f(y, x, index) for each tap of the window at (top, left) that the image covers.
template <class GEOMETRY, class F>
void each_tap(int top, int left, const F& f) {
  for (int i = 0; i < GEOMETRY::kernel_h; ++i) {
    for (int j = 0; j < GEOMETRY::kernel_w; ++j) {
      const int y = top + i * GEOMETRY::dilation_h, x = left + j * GEOMETRY::dilation_w;
      if (is_inside(y, x)) f(y, x, i * GEOMETRY::kernel_w + j);
    }
  }
}

}  // namespace qfx::test
