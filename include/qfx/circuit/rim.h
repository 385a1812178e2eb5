// The network's own ports: AXI-Stream beats of elements in containers.
//
// A beat holds `lanes` elements, which divide a frame, in a port as wide as the next power of two of
// their bits: the lanes above them are empty. How many is a result of the fold: as wide as engines
// need that would else wait for the port, and no wider.
#pragma once

#include <cstdint>

#include "qfx/dataflow/dataflow.h"

namespace qfx::circuit {

// Bits that an element of this width travels in: 8, 16 or 32.
constexpr int container_bits(int element_width) {
  return element_width <= 8 ? 8 : element_width <= 16 ? 16 : 32;
}

inline constexpr std::int64_t kUsualBeatBits = 64;   // up to which a beat holds what it can
inline constexpr std::int64_t kMostBeatBits = 1024;  // what an AXI DMA takes

// The width of a port whose beats hold so many elements, in containers of so many bits.
std::int64_t port_bits(std::int64_t lanes, int container);

// Elements of a beat within `axi_bits`. The largest power of two of them that divides a frame and
// fits kUsualBeatBits, where a frame then takes at most `interval` cycles; else the fewest with
// which it does; or where that is too wide, the most that fit.
std::int64_t beat_lanes(std::int64_t elements, int element_width, std::int64_t interval,
                        std::int64_t axi_bits = kMostBeatBits);

// The usual: of ports that nobody waits for.
std::int64_t beat_lanes(std::int64_t elements, int element_width);

// The ports of a network, none wider than `axi_bits`.
class Rim {
 public:
  // Raises UserError where that is no width of a port, or an element is wider.
  Rim(const dataflow::Network& network, std::int64_t axi_bits);

  // Cycles of a frame between engines that take so many: theirs, or what the widest beats take.
  std::int64_t pace(std::int64_t engines) const;
  // Elements of a beat of a port's stream that keeps this pace.
  std::int64_t lanes(dataflow::StreamId port, std::int64_t pace) const;

 private:
  const dataflow::Network& network_;
  std::int64_t axi_bits_;
};

}  // namespace qfx::circuit
