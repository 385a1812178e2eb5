// The call of the support header's function that does a process' work.
#pragma once

#include <string>
#include <vector>

#include "backends/hls/design.h"

namespace qfx::backends::hls {

// "qfx::map<784, qfx::Prelu<act_config> >(act, conv1, act_weight, act_shift);"
std::string print_call(const Design& design, const dataflow::Process& process);

// The support headers that the call needs: "qfx/prelu.h", "qfx/map.h".
std::vector<std::string> headers_of(const Design& design, const dataflow::Process& process);

}  // namespace qfx::backends::hls
