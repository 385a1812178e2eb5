// Engines whose results depend on all of a plane or of a vector.
#pragma once

#include "backends/verilog/context.h"

namespace qfx::backends::verilog {

EngineText print_plane(const Context& context, const circuit::Engine& engine,
                       const circuit::Plane& plane);
EngineText print_softmax(const Context& context, const circuit::Engine& engine,
                         const circuit::Softmax& softmax);

}  // namespace qfx::backends::verilog
