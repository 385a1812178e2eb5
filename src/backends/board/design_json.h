// What the driver knows of a design: design.json.
#pragma once

#include <string>

#include "backends/board/board.h"

namespace qfx::backends::board {

std::string print_design_json(const BoardDesign& design);

// For people: "8 bits, signed" and "pixel by pixel, its channels side by side".
std::string describe_element(const Port& port);
std::string describe_order(const Port& port);

}  // namespace qfx::backends::board
