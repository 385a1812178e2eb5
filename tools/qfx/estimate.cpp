#include "qfx/estimate/estimate.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "interrupt.h"
#include "model_data.h"
#include "verb.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/dataflow/lower.h"

namespace qfx::command {
namespace {

struct EstimateOptions {
  std::string model;
  std::string output;
  std::string yosys = "yosys";
  double clock_ns = backends::kDefaultClockPeriodNs;
  bool no_cache = false;
  bool json = false;
};

// Beside a model in a run folder, for `qfx report`.
void keep(const std::string& json, const EstimateOptions& options) {
  const auto folder = run_folder_of(options.model);
  if (!options.output.empty()) {
    write_file_atomically(options.output, json);
  } else if (folder) {
    try {
      write_file_atomically(*folder + "/estimate.json", json);
    } catch (const UserError& error) {
      warn(fmt::format("qfx: warning: the estimate is not kept for qfx report: {}", error.what()));
    }
  }
}

int run_estimate(const EstimateOptions& options) {
  const dataflow::Network network = dataflow::lower(load_given_model(options.model));
  const backends::ExportOptions exported{.clock_period_ns = options.clock_ns};
  const circuit::Circuit circuit = backends::verilog_circuit(network, exported.folding);
  const InterruptGuard interrupt;
  estimate::Options how{.clock_period_ns = options.clock_ns, .yosys = options.yosys};
  if (options.no_cache) how.cache_folder.clear();
  how.should_stop = [&] { return interrupt.interrupted(); };
  estimate::Estimate result;
  try {
    result = estimate::estimate(circuit, "",
                                backends::target_named("verilog").print(network, exported), how);
  } catch (const UserError&) {
    if (!interrupt.interrupted()) throw;
    return interrupt.exit_code();
  }
  const std::string json = estimate::to_json(result);
  print_text(options.json ? json : estimate::to_text(result));
  keep(json, options);
  return kSuccess;
}

}  // namespace

Verb add_estimate(CLI::App& command) {
  auto options = std::make_shared<EstimateOptions>();
  CommandLine verb(command, "estimate",
                   "what a frozen model takes of an FPGA, by Yosys, and how fast it is");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.real("--clock", options->clock_ns, "clock period in ns", 0.1, 1000.0);
  verb.flag("--json", options->json, "print what estimate.json holds");
  verb.text("-o,--output", options->output,
            "where to keep it as JSON (default: estimate.json in the run folder of the model)");
  verb.text("--yosys", options->yosys, "the program");
  verb.flag("--no-cache", options->no_cache, "count everything anew, and keep nothing");
  return {verb.app(), [options] { return run_estimate(*options); }};
}

}  // namespace qfx::command
