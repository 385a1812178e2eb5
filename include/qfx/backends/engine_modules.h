// What the target verilog makes of a network, and how its modules are called.
#pragma once

#include <string>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::backends {

// What it prints.
circuit::Circuit verilog_circuit(const dataflow::Network& network,
                                 const dataflow::Folding& folding);

// The module of each engine, in their order: rtl/NAME.v of the project. top: as in ExportOptions.
std::vector<std::string> engine_modules(const circuit::Circuit& circuit, const std::string& top);

}  // namespace qfx::backends
