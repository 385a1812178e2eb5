// Shapes of random convolutions.
#pragma once

#include <cstdint>
#include <random>

#include "qfx/kernels/int_conv.h"

namespace qfx::test {

inline std::int64_t pick(std::mt19937_64& random, std::int64_t lo, std::int64_t hi) {
  return lo + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(hi - lo + 1));
}

// Small images of one group or, depthwise, of several; windows of up to `kernel` pixels a side that
// fit inside the padded image.
inline kernels::ConvShape random_conv_shape(std::mt19937_64& random, bool depthwise,
                                            std::int64_t kernel) {
  for (;;) {
    kernels::ConvShape s{.channels = pick(random, depthwise ? 2 : 1, depthwise ? 40 : 9),
                         .height = pick(random, 1, 9),
                         .width = pick(random, 1, random() % 4 == 0 ? 40 : 9),
                         .out_channels = pick(random, 1, 40),
                         .groups = 1,
                         .kernel_height = pick(random, 1, kernel),
                         .kernel_width = pick(random, 1, kernel),
                         .stride_height = pick(random, 1, 3),
                         .stride_width = pick(random, 1, 3),
                         .pad_top = pick(random, 0, kernel - 1),
                         .pad_left = pick(random, 0, kernel - 1),
                         .pad_bottom = pick(random, 0, kernel - 1),
                         .pad_right = pick(random, 0, kernel - 1),
                         .dilation_height = pick(random, 1, 2),
                         .dilation_width = pick(random, 1, 2)};
    if (depthwise) s.groups = s.out_channels = s.channels;
    if (random() % 2 == 0) {
      s.pad_bottom = s.pad_top;
      s.pad_right = s.pad_left;
    }
    if (s.height + s.pad_top + s.pad_bottom > (s.kernel_height - 1) * s.dilation_height &&
        s.width + s.pad_left + s.pad_right > (s.kernel_width - 1) * s.dilation_width)
      return s;
  }
}

}  // namespace qfx::test
