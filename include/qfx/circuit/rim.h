// The network's own ports: AXI-Stream beats of elements in containers.
#pragma once

#include <cstdint>

namespace qfx::circuit {

// Bits that an element of this width travels in: 8, 16 or 32.
constexpr int container_bits(int element_width) {
  return element_width <= 8 ? 8 : element_width <= 16 ? 16 : 32;
}

inline constexpr std::int64_t kBeatBits = 64;        // unless the network is faster
inline constexpr std::int64_t kMostBeatBits = 1024;  // that AXI-Stream and its DMAs allow

// Elements of a beat: a power of two that divides the elements of a frame. As many as kBeatBits
// hold, or more where a frame's beats would otherwise take more than `cycles`; 0: any number.
std::int64_t beat_lanes(std::int64_t elements, int element_width, std::int64_t cycles);

}  // namespace qfx::circuit
