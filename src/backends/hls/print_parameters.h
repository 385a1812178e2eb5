// The constants and the geometry of a process: params/NAME.h.
#pragma once

#include <string>

#include "backends/hls/design.h"

namespace qfx::backends::hls {

bool has_parameters(const dataflow::Process& process);

// For a process that has some.
std::string print_parameters(const Design& design, const dataflow::Process& process);

}  // namespace qfx::backends::hls
