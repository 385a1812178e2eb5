// Bit planes, element by element.
#pragma once

#include <cstdint>

#include "qfx/kernels/bit_planes.h"

namespace qfx::kernels::ref {

// How many of `count` ascending thresholds are not above x.
inline int level(std::int64_t x, const std::int64_t* thresholds, int count) {
  int reached = 0;
  while (reached < count && x >= thresholds[reached]) ++reached;
  return reached;
}

// level_of(channel) of the pixel whose words of plane 0 begin at y.
template <class LevelOf>
void pack_pixel(const BitPlanes& planes, const LevelOf& level_of, std::uint16_t* y) {
  for (std::int64_t w = 0; w < planes.words(); ++w) {
    int words[kMostPlanes] = {};
    for (std::int64_t c = w * kWordChannels; c < (w + 1) * kWordChannels && c < planes.channels;
         ++c)
      for (int k = 0; k < planes.planes; ++k)
        words[k] |= (level_of(c) >> k & 1) << c % kWordChannels;
    for (int k = 0; k < planes.planes; ++k)
      y[k * planes.plane_size() + w] = static_cast<std::uint16_t>(words[k]);
  }
}

}  // namespace qfx::kernels::ref
