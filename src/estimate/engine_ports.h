// What an engine's module looks like from outside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::estimate {

struct EnginePort {
  std::string name;
  bool is_output = false;
  std::int64_t width = 1;
};

// Its clock is the first.
std::vector<EnginePort> ports_of(const circuit::Circuit& circuit, const circuit::Engine& engine);

// An instance between wires that must be kept, so that nothing of the engine is superfluous.
std::string between_wires(const std::string& module, const std::vector<EnginePort>& ports);

// The same ports, and nothing inside.
std::string stand_in(const std::string& module, const std::vector<EnginePort>& ports);

// The module `name`: an instance between registers. Pins are only the clock, one that fills the
// registers before the engine bit by bit, and one on which all that the engine gives is seen: on no
// way between two registers outside it lies more than one gate, so that what limits the clock is
// the engine.
std::string between_registers(const std::string& name, const std::string& module,
                              const std::vector<EnginePort>& ports);

}  // namespace qfx::estimate
