// What the target verilog makes of a network, and how its modules are called.
#pragma once

#include <string>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::backends {

// What it prints. axi_bits: as in ExportOptions.
circuit::Circuit verilog_circuit(const dataflow::Network& network,
                                 const dataflow::Folding& folding, std::int64_t axi_bits = 0);

// The module of each engine, in their order: rtl/NAME.v of the project. top: as in ExportOptions.
std::vector<std::string> engine_modules(const circuit::Circuit& circuit, const std::string& top);

}  // namespace qfx::backends
