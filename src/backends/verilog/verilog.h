// The target `verilog`: plain Verilog-2001, for any tool.
#pragma once

#include "qfx/backends/target.h"

namespace qfx::backends::verilog {

Target target();

}  // namespace qfx::backends::verilog
