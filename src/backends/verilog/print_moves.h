// Engines that move words and compute nothing but a cast.
#pragma once

#include "backends/verilog/context.h"

namespace qfx::backends::verilog {

EngineText print_fork(const Context& context, const circuit::Engine& engine,
                      const circuit::Fork& part);
EngineText print_repack(const Context& context, const circuit::Engine& engine,
                        const circuit::Repack& part);
EngineText print_repeat(const Context& context, const circuit::Engine& engine,
                        const circuit::Repeat& part);
EngineText print_move(const Context& context, const circuit::Engine& engine,
                      const circuit::Move& part);
EngineText print_reorder(const Context& context, const circuit::Engine& engine,
                         const circuit::Reorder& part);
EngineText print_join(const Context& context, const circuit::Engine& engine,
                      const circuit::Join& part);

}  // namespace qfx::backends::verilog
