// What parts of a circuit take of a device, by the cost table.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/circuit/circuit.h"
#include "qfx/circuit/plan.h"

namespace qfx::circuit {

inline double real(std::int64_t value) {
  return static_cast<double>(value);
}

// A part between links of so many elements a word; a ring of so many words at its input.
struct Site {
  std::int64_t in = 1, out = 1;
  std::int64_t buffer = 0;
};

Resources part_resources(const dataflow::Network& network, const Part& part, const Site& site);

// From words of `from` elements to words of `to`.
Resources repack_resources(int element_width, std::int64_t from, std::int64_t to);

Resources fifo_resources(std::int64_t width, std::int64_t depth);

// All engines and FIFOs.
Resources total_resources(const Circuit& circuit);

// Of tables that are only read, and of memories that are written too.
Resources rom(std::int64_t depth, std::int64_t width);
Resources ram(std::int64_t depth, std::int64_t width);

}  // namespace qfx::circuit
