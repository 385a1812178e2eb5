// A layer whose outputs are all computed at once: its constant matrix as a graph of adders.
#pragma once

#include <string>

#include "backends/verilog/context.h"
#include "backends/verilog/sums_shape.h"

namespace qfx::backends::verilog {

struct SumsMatrix {
  EngineText text;  // the module
  std::string name;
  int output_width = 2;  // signed
  int late = 0;          // registers behind it, so that it takes as long as was promised

  // The instance that makes the wire NAME_sums from `input`.
  std::string instance(const std::string& name, const std::string& input,
                       std::int64_t outputs) const;
};

// With so many registers on the way. `input_width`: bits of an operand; with a gate those are
// planes, -1, 0 or +1.
SumsMatrix sums_matrix(const std::string& name, const SumsShape& shape, int input_width,
                       int stages);

}  // namespace qfx::backends::verilog
