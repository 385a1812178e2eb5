// Flags that travel beside a pipeline.
#pragma once

#include <string>

namespace qfx::backends::verilog {

// The instance of qfx_delay, `edges` enabled clock edges later.
std::string flag_delay(const std::string& name, int width, int edges, const std::string& from,
                       const std::string& to);

}  // namespace qfx::backends::verilog
