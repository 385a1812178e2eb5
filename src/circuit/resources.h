// What parts of a circuit take of a device, by the cost table.
#pragma once

#include <cstdint>

#include "circuit/pieces.h"

#include "qfx/circuit/circuit.h"
#include "qfx/circuit/plan.h"

namespace qfx::circuit {

// A part between links of so many elements a word; a ring of so many words at its input.
struct Site {
  std::int64_t in = 1, out = 1;
  std::int64_t buffer = 0;
};

// What it is made of, and what that takes.
Pieces part_pieces(const dataflow::Network& network, const Part& part, const Site& site);
Resources part_resources(const dataflow::Network& network, const Part& part, const Site& site);

// A fork of words of so many bits.
Resources fork_resources(std::int64_t width);

// From words of `from` elements to words of `to`.
Resources repack_resources(int element_width, std::int64_t from, std::int64_t to);

Resources fifo_resources(std::int64_t width, std::int64_t depth);

// The network's ports, of beats of so many bits together.
Resources rim_resources(std::int64_t beat_bits);

// Of an engine, and of all that is none: FIFOs and the ports.
Pieces pieces_of(const Circuit& circuit, EngineId engine);
Pieces pieces_between(const Circuit& circuit);

// All engines, FIFOs and ports.
Resources total_resources(const Circuit& circuit);

}  // namespace qfx::circuit
