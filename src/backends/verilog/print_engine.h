// An engine as a module.
#pragma once

#include "backends/verilog/context.h"

namespace qfx::backends::verilog {

EngineText print_engine(const Context& context, const circuit::Engine& engine);

}  // namespace qfx::backends::verilog
