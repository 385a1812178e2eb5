// How a person reads, simulates and builds the project.
#pragma once

#include <string>

#include "backends/verilog/design.h"

namespace qfx::backends::verilog {

std::string print_makefile(const Design& design);
// board_usage: of board::print_usage.
std::string print_readme(const Design& design, const std::string& board_usage);

}  // namespace qfx::backends::verilog
