// The time of a circuit, to the cycle: its behaviours run against a clock.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

struct Cycles {
  // From the cycle in which the first word is offered to that in which the last word of the first
  // frame is taken, both counted.
  std::int64_t latency = 0;
  // Between the last words of two frames in a row, once that no longer changes.
  std::int64_t interval = 0;
  std::vector<std::int64_t> high_water;  // words, of each link's FIFO
};

// A source that always offers and a sink that always takes, `frames` frames (at least 3).
Cycles count_cycles(const Circuit& circuit, int frames = 4);

}  // namespace qfx::circuit
