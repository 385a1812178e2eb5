// What runs the top function in simulation; the programs themselves are support headers.
#pragma once

#include <string>

#include "backends/hls/design.h"

namespace qfx::backends::hls {

std::string print_network(const Design& design);     // what the programs know of the top
std::string print_test_bench(const Design& design);  // golden vectors, self-checking
std::string print_replay(const Design& design);      // raw inputs to raw outputs

// Golden vectors as text, a sample a line.
std::string print_golden(std::span<const std::int32_t> values, std::int64_t sample_size);

}  // namespace qfx::backends::hls
