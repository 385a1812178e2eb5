// The self-checking bench of the top module, in plain Verilog, and its golden vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "backends/verilog/design.h"

namespace qfx::backends::verilog {

// `frames` golden ones.
std::string print_bench(const Design& design, std::int64_t frames);

// The golden vectors of an output, in the folder tb.
std::string outputs_file(const Design& design, std::size_t output);

// Raw values of samples in C, H, W order as the beats of a port: text for $readmemh, a beat a line.
std::string print_beats(const board::Port& port, std::span<const std::int32_t> values);

}  // namespace qfx::backends::verilog
