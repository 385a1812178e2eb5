// The network's own ports: AXI-Stream beats of elements in containers.
#pragma once

#include <cstdint>

namespace qfx::circuit {

// Bits that an element of this width travels in: 8, 16 or 32.
constexpr int container_bits(int element_width) {
  return element_width <= 8 ? 8 : element_width <= 16 ? 16 : 32;
}

inline constexpr std::int64_t kBeatBits = 64;  // at most: what every DMA takes

// Elements of a beat: the largest power of two that divides the elements of a frame and fits.
std::int64_t beat_lanes(std::int64_t elements, int element_width);

}  // namespace qfx::circuit
