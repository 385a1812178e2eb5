// What a frozen model can be exported to: one row per target. `qfx export`, `qfx verify` and their
// help read this list.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/dataflow/dataflow.h"
#include "qfx/graph/analyzed.h"

namespace qfx::backends {

struct ExportOptions {
  std::string top = "";   // empty: the model's name made legal
  std::string part = "";  // the FPGA; empty: the target's default
  double clock_period_ns = 5.0;
  // Golden vectors for the self-checking test bench: raw inputs {count, input shape...} and the
  // outputs the runtime gave for them.
  std::span<const std::int32_t> golden_inputs = {};
  std::span<const std::int32_t> golden_outputs = {};
};

// Path within the project to content.
using Files = std::map<std::string, std::string>;

// The vendor's C++ headers, with which a plain compiler simulates what was exported.
struct VendorHeaders {
  std::string_view name;                // "ap_types"
  std::vector<std::string_view> files;  // that a folder of them holds
  std::string_view folder;              // where QFX's set-up unpacked them
  std::string_view variable;            // of the environment, to name another folder
  // The vendor's tool has them too: in tool_folder below $tool_variable.
  std::string_view tool, tool_variable, tool_folder;
};

struct Target {
  std::string_view name;         // in options, verdicts and the marker of a project: "vitis"
  std::string_view former_name;  // still understood; empty: none
  std::string_view summary;      // for help: "C++ on ap_fixed for Vitis HLS"
  VendorHeaders headers;
  // Why the target cannot hold the model, as a sentence that says what to do; empty where it can.
  std::string (*refusal)(const graph::FrozenModel& model);
  // Every file of the project. Raises UserError where an option is wrong.
  Files (*print)(const dataflow::Network& network, const ExportOptions& options);
};

const std::vector<Target>& targets();

// By its name or former name. Raises UserError that names the nearest and all.
const Target& target_named(std::string_view name);

std::vector<std::string> target_names();

// Writes the project into `directory` (created; must be empty or an earlier export, else
// UserError). Written beside it and renamed, so that a killed run leaves no half-written project.
// Raises UserError with the target's refusal where there is one, before anything is written.
void export_project(const Target& target, const graph::Analyzed& model,
                    const std::string& directory, const ExportOptions& options);

}  // namespace qfx::backends
