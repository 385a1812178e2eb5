#include "qfx/estimate/estimate.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "command_line.h"
#include "console.h"
#include "folding.h"
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
  FoldOptions fold;
  std::string project;  // whose folding is taken
  bool fast = false;
  bool no_cache = false;
  bool clock_check = false;
  double clock_luts = estimate::ClockCheck().most_luts;
  double clock_seconds = estimate::ClockCheck().seconds;
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
  if (options.fast && options.clock_check)
    user_error("--fast runs no tool, and --clock-check runs Yosys and nextpnr: give one of them");
  const backends::Target& target = backends::target_named("verilog");
  const graph::Analyzed model = load_given_model(options.model);
  // Below a file lies no earlier export.
  const std::string project = options.project.empty() ? options.model : options.project;
  const ChosenFolding chosen =
      choose_folding({target, model, options.model, project, options.clock_ns}, options.fold);
  const dataflow::Network network = dataflow::lower(model);
  const backends::ExportOptions exported{.clock_period_ns = options.clock_ns,
                                         .folding = chosen.folding,
                                         .axi_bits = chosen.axi_bits};
  const circuit::Circuit circuit =
      backends::verilog_circuit(network, exported.folding, exported.axi_bits);
  const InterruptGuard interrupt;
  estimate::Options how{.clock_period_ns = options.clock_ns, .yosys = options.yosys};
  if (options.no_cache) how.cache_folder.clear();
  how.should_stop = [&] { return interrupt.interrupted(); };
  ProgressLine line(!options.json);
  how.on_progress = [&](std::size_t done, std::size_t total) {
    line.show({.phase = "Yosys",
               .fraction = static_cast<double>(done) / static_cast<double>(total),
               .note = fmt::format("{} of {} engines", done, total)});
  };
  if (options.clock_check)
    how.clock_check =
        estimate::ClockCheck{.most_luts = options.clock_luts, .seconds = options.clock_seconds};
  how.on_clock_progress = [&](std::size_t done, std::size_t total) {
    line.show({.phase = "nextpnr",
               .fraction = static_cast<double>(done) / static_cast<double>(total),
               .note = fmt::format("{} of {} engines", done, total)});
  };
  estimate::Estimate result;
  try {
    result = options.fast ? estimate::estimate_fast(circuit, "", how)
                          : estimate::estimate(circuit, "", target.print(network, exported), how);
  } catch (const UserError&) {
    if (!interrupt.interrupted()) throw;
    return interrupt.exit_code();
  }
  line.clear();
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
  verb.flag("--fast", options->fast, "from the cost table: at once, and no tool runs");
  add_fold_options(verb, options->fold);
  verb.text("--project", options->project, "an export to verilog, whose folding is taken");
  verb.flag("--json", options->json, "print what estimate.json holds");
  verb.text("-o,--output", options->output,
            "where to keep it as JSON (default: estimate.json in the run folder of the model)");
  verb.text("--yosys", options->yosys, "the program");
  verb.flag("--clock-check", options->clock_check,
            "also how fast each small engine can be clocked on an ECP5, by nextpnr");
  verb.real("--clock-luts", options->clock_luts, "of the engines whose clock is checked, at most",
            1, 1e6);
  verb.real("--clock-seconds", options->clock_seconds, "for the clock of an engine, at most", 1,
            1e6);
  verb.flag("--no-cache", options->no_cache, "count everything anew, and keep nothing");
  return {verb.app(), [options] { return run_estimate(*options); }};
}

}  // namespace qfx::command
