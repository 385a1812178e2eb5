// The modules of the target verilog.
#pragma once

#include <string>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::backends {

// Of each engine, in their order: rtl/NAME.v of the project. top: as in ExportOptions.
std::vector<std::string> engine_modules(const circuit::Circuit& circuit, const std::string& top);

}  // namespace qfx::backends
