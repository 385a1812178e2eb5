// Writing a frozen model as a project of a target.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "qfx/dataflow/fold.h"
#include "qfx/graph/analyzed.h"

namespace qfx::backends {

struct Target;  // target.h

inline constexpr double kDefaultClockPeriodNs = 5.0;

struct ExportOptions {
  std::string top = "";   // empty: the model's name made legal
  std::string part = "";  // the FPGA; empty: the target's default
  double clock_period_ns = kDefaultClockPeriodNs;
  dataflow::Folding folding = {};  // what it leaves open the target chooses
  // Of the target verilog: no port is wider, a power of two from 8 to 1024. 0: the default, 1024.
  std::int64_t axi_bits = 0;
  // Golden vectors for the self-checking test bench: raw inputs {count, input shape...} and the
  // outputs the runtime gave for them.
  std::span<const std::int32_t> golden_inputs = {};
  std::span<const std::int32_t> golden_outputs = {};
};

// Writes the project into `directory` (created; must be empty or an earlier export, else
// UserError). Written beside it and renamed, so that a killed run leaves no half-written project.
// Raises UserError with the target's refusal where there is one, before anything is written.
void export_project(const Target& target, const graph::Analyzed& model,
                    const std::string& directory, const ExportOptions& options);

}  // namespace qfx::backends
