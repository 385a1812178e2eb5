// The processes of a network put together to engines, each with its lanes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// An engine before its links are known. Where a fold leaves them open, lanes are 0 until they are
// chosen; a fork's stay 0: it passes on what comes.
struct Unit {
  std::string name;
  Part part;
  std::vector<dataflow::StreamId> inputs, outputs;
};

// In topological order, lanes that the folds say filled in. Raises UserError where a fold does not
// divide.
std::vector<Unit> units_of(const dataflow::Network& network);

// Fills in what is open: as few lanes as take a unit through a frame in the cycles of the slowest
// unit whose lanes are given, or one where none is.
void choose_lanes(const dataflow::Network& network, std::vector<Unit>& units);

// Cycles of a frame where it waits for nobody; 0 where it goes by the words of its links.
std::int64_t cycles_of(const dataflow::Network& network, const Unit& unit);

// Elements of a word that it takes and gives; 0: any.
std::int64_t lanes_in(const dataflow::Network& network, const Part& part);
std::int64_t lanes_out(const dataflow::Network& network, const Part& part);

}  // namespace qfx::circuit
