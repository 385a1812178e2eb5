// The top module: engines joined by FIFOs, between two AXI-Stream ports.
#pragma once

#include <string>

#include "backends/verilog/design.h"

namespace qfx::backends::verilog {

std::string print_top(const Design& design);

}  // namespace qfx::backends::verilog
