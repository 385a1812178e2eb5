// The top function: the processes of a network joined by its streams.
#pragma once

#include <string>

#include "backends/hls/design.h"

namespace qfx::backends::hls {

std::string print_types(const Design& design);  // the number format and the stream of every tensor
std::string print_top_header(const Design& design);
std::string print_top(const Design& design);

std::string order_text(dataflow::Order order);  // of the generated code

}  // namespace qfx::backends::hls
