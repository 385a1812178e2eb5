// What Vivado's scripts know of a design: design.tcl.
#pragma once

#include <string>

#include "backends/board/board.h"

namespace qfx::backends::board {

std::string print_design_tcl(const BoardDesign& design);

}  // namespace qfx::backends::board
