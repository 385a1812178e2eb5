// What is printed: a circuit with every name final.
#pragma once

#include <string>
#include <vector>

#include "backends/board/board.h"

#include "qfx/circuit/circuit.h"

namespace qfx::backends::verilog {

struct Design {
  const circuit::Circuit& circuit;
  std::string top;                   // the module, and how all other modules and files begin
  std::vector<std::string> engines;  // of each, its module; an engine "conv1" is "TOP__conv1"
  board::Port input;
  std::vector<board::Port> outputs;

  const graph::FrozenModel& model() const { return circuit.network.model(); }
  // The engine's name within its top: "conv1".
  std::string short_name(circuit::EngineId engine) const {
    return engines[static_cast<std::size_t>(engine)].substr(top.size() + 2);
  }
};

// top: empty for the model's name. Raises UserError where it is no identifier.
Design make_design(const circuit::Circuit& circuit, const std::string& top);

// More frames than ever are between the two ports at once.
std::int64_t frames_in_flight(const circuit::Circuit& circuit);

}  // namespace qfx::backends::verilog
