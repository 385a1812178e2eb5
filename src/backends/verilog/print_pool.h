// Engines of pools: what lies under a window, channel by channel.
#pragma once

#include "backends/verilog/context.h"
#include "backends/verilog/instance.h"

namespace qfx::backends::verilog {

EngineText print_pool(const Context& context, const circuit::Engine& engine,
                      const circuit::Pool& pool);

// The quotient of a mean from the wire `sum` as the wire `mean`, and the cast of that to `to` on
// `result`; by the modules qfx_mean, qfx_times and qfx_cast.
std::string mean_text(const dataflow::Mean& mean, const std::string& sum, const fixed::Format& to,
                      const std::string& result, int indent);

}  // namespace qfx::backends::verilog
