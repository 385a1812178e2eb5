// What the modules of all engines with one input and one output have in common.
#pragma once

#include <cstdint>
#include <string>

#include "backends/verilog/instance.h"

#include "qfx/fixed/format.h"

namespace qfx::backends::verilog {

// The module's head with its ports, and the wire `en`: the pipeline moves.
std::string engine_head(const std::string& what, const std::string& name, std::int64_t in_width,
                        std::int64_t out_width);

// Declares the counters `p` and `s` of generate loops, where the module's text uses them.
void declare_counters(std::string& module);

// The output register: takes the wire `result` where `en` is true; `done` says that it is a word.
// And the module's end.
std::string engine_end();

// The cast of a value of `width` bits to a format.
Instance cast_of(const std::string& name, int width, int frac_bits, const fixed::Format& to,
                 bool is_signed = true);

}  // namespace qfx::backends::verilog
