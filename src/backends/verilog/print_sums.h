// Engines of sums of products: convolutions and matrices.
#pragma once

#include "backends/verilog/context.h"

namespace qfx::backends::verilog {

EngineText print_sums(const Context& context, const circuit::Engine& engine,
                      const circuit::Sums& sums);

}  // namespace qfx::backends::verilog
