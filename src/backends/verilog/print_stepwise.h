// Engines of sums that are rounded after every addition.
#pragma once

#include "backends/verilog/context.h"

namespace qfx::backends::verilog {

EngineText print_stepwise(const Context& context, const circuit::Engine& engine,
                          const circuit::Sums& sums);

}  // namespace qfx::backends::verilog
