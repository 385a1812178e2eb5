// The call of the support header's function that does a process' work.
#pragma once

#include <string>

#include "backends/hls/design.h"

namespace qfx::backends::hls {

// "qfx::conv2d<conv1_config>(in, conv1, conv1_weight, conv1_shift, conv1_bias);"
std::string print_call(const Design& design, const dataflow::Process& process);

// The support header with the function: "qfx/conv2d.h".
std::string header_of(const Design& design, const dataflow::Process& process);

}  // namespace qfx::backends::hls
