// What a frozen model can be exported to: one row per target. `qfx export`, `qfx verify` and their
// help read this list.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "qfx/backends/export.h"
#include "qfx/dataflow/dataflow.h"

namespace qfx::backends {

// Path within the project to content.
using Files = std::map<std::string, std::string>;

// How what was exported is simulated: by a plain C++ compiler with the vendor's headers, ...
struct VendorHeaders {
  std::string_view name;                // "ap_types"
  std::vector<std::string_view> files;  // that a folder of them holds
  std::string_view folder;              // where QFX's set-up unpacked them
  std::string_view variable;            // of the environment, to name another folder
  // The vendor's tool has them too: in tool_folder below $tool_variable.
  std::string_view tool, tool_variable, tool_folder;
};

// ... or by Verilator, which makes C++ of Verilog.
struct Verilator {};

using Simulation = std::variant<VendorHeaders, Verilator>;

struct Target {
  std::string_view name;         // in options, verdicts and the marker of a project: "vitis"
  std::string_view former_name;  // still understood; empty: none
  std::string_view summary;      // for help: "C++ on ap_fixed for Vitis HLS"
  Simulation simulation;
  // Why the target cannot hold the model, as a sentence that says what to do; empty where it can.
  std::string (*refusal)(const graph::FrozenModel& model);
  // Every file of the project. Raises UserError where an option is wrong.
  Files (*print)(const dataflow::Network& network, const ExportOptions& options);
};

const std::vector<Target>& targets();

// By its name or former name. Raises UserError that names the nearest and all.
const Target& target_named(std::string_view name);

std::vector<std::string> target_names();

}  // namespace qfx::backends
