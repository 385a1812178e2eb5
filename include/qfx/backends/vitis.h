// Prints a frozen model as a Vitis HLS project: C++ on the vendor's ap_types, streams between
// layers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "qfx/graph/analyzed.h"

namespace qfx::backends {

struct VitisOptions {
  std::string top = "";  // empty: the model's name made legal
  std::string part = "xczu3eg-sbva484-1-e";
  double clock_period_ns = 5.0;
  // Golden vectors for the self-checking test bench: raw inputs {count, input shape...} and the
  // outputs the runtime gave for them.
  std::span<const std::int32_t> golden_inputs = {};
  std::span<const std::int32_t> golden_outputs = {};
};

// Writes the project into `directory` (created; must be empty or an earlier export, else
// UserError). Written beside it and renamed, so that a killed run leaves no half-written project.
void export_vitis(const graph::Analyzed& model, const std::string& directory,
                  const VitisOptions& options);

// Legal, distinct, keyword-safe C++ identifiers for these names, deterministic, in the same order.
std::vector<std::string> legal_names(const std::vector<std::string>& names);

}  // namespace qfx::backends
