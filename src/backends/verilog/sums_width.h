// How wide an engine's sums get with the weights that it has.
#pragma once

#include "backends/verilog/sums_shape.h"

namespace qfx::backends::verilog {

// Signed bits of any partial sum of an output's products, before they are aligned. At most those
// of the layer's sum.
int sum_bits(const SumsShape& shape);

}  // namespace qfx::backends::verilog
