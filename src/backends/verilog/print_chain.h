// Element-wise engines: each element of a word by itself.
#pragma once

#include "backends/verilog/context.h"

namespace qfx::backends::verilog {

EngineText print_chain(const Context& context, const circuit::Engine& engine,
                       const circuit::Chain& chain);
EngineText print_spread(const Context& context, const circuit::Engine& engine,
                        const circuit::Spread& spread);

}  // namespace qfx::backends::verilog
