// K-hot factors: digits that pick one of the shifts that occur in their place.
#pragma once

#include "backends/verilog/factors.h"

namespace qfx::backends::verilog {

FactorsText khot_text(const SumsShape& shape, const Operands& operands);

}  // namespace qfx::backends::verilog
