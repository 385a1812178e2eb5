// FIFOs that let the slowest engine never wait.
#pragma once

#include <cstdint>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// Cycles between two frames that no depths can undercut: of the engine that takes longest by
// itself.
std::int64_t shortest_interval(const Circuit& circuit);

// Deepens FIFOs, as little as a few runs of count_cycles find, until the interval is the shortest;
// or where none of them does it, the shortest that was found.
void deepen_for_speed(Circuit& circuit);

// What is exported and estimated: folded, and at full speed.
Circuit fold_for_speed(const dataflow::Network& network, const dataflow::Folding& folding,
                       std::int64_t axi_bits = kMostBeatBits);

}  // namespace qfx::circuit
