#include "qfx/report/report.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "model_data.h"
#include "verb.h"
#include "worst_samples.h"

#include "qfx/backends/engine_modules.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/circuit/plan.h"
#include "qfx/dataflow/lower.h"
#include "qfx/estimate/estimate.h"
#include "qfx/graph/file.h"
#include "qfx/graph/totals.h"
#include "qfx/report/run_table.h"

namespace qfx::command {
namespace {

struct ReportOptions {
  std::string source;
  std::string output;
  std::string data;
  std::int64_t limit = 0;
  bool no_data = false;
};

// Products a second are some billions: so many samples take a few seconds.
constexpr std::int64_t kProducts = 40'000'000'000, kFewSamples = 200;

std::int64_t samples_to_run(const ReportOptions& options, const graph::FrozenModel& model) {
  if (options.limit > 0) return options.limit;
  const std::int64_t products = std::max<std::int64_t>(1, graph::totals(model).products);
  return std::clamp(kProducts / products, kFewSamples, kImageLimit);
}

// What the model makes of the run's test set. A page without it is still a page: where the data are
// not there any more, or the model does not load, the command says so and goes on.
report::Answers answers(const ReportOptions& options, const std::string& model) {
  if (options.no_data || !path_exists(model)) return {};
  if (options.data.empty() && !data_source("", model)) return {};
  try {
    const runtime::Engine engine(graph::load_analyzed(model));
    const data::Dataset set = load_test_data(options.data, model, engine.model(),
                                             samples_to_run(options, engine.model()));
    ProgressLine line(true);
    return worst_samples(engine, set, runtime::evaluate(engine, set, ImageCounter(line, "report")));
  } catch (const UserError& error) {
    if (!options.data.empty()) throw;
    warn(fmt::format("qfx: the page goes without the worst samples: {}", error.what()));
    return {};
  }
}

// What the model takes of an FPGA where nobody has asked yet: by the cost table, as it is exported
// without a target. A model that cannot be lowered has no such section.
std::string fast_estimate(const std::string& model, const std::string& run_folder) {
  try {
    if (!path_exists(model) || (!run_folder.empty() && report::has_estimate(run_folder))) return "";
    const dataflow::Network network = dataflow::lower(graph::load_analyzed(model));
    const dataflow::Folding folding = circuit::plan(network, {}, {}).folding;
    const circuit::Circuit circuit = backends::verilog_circuit(network, folding);
    return estimate::to_json(estimate::estimate_fast(circuit, "", {}));
  } catch (const UserError&) {
    return "";
  }
}

int report(const ReportOptions& options) {
  const std::filesystem::path source = options.source;
  check_given_run_or_model(options.source, "qfx report");
  const bool is_run = is_folder(source);
  std::string output = options.output;
  if (output.empty()) output = (is_run ? source : source.parent_path()) / "report.html";
  try {
    const std::string model = is_run ? (source / "model.qfx").string() : options.source;
    report::write_report(options.source, output, answers(options, model),
                         fast_estimate(model, is_run ? options.source : ""));
  } catch (const UserError&) {
    // The page may only have found no place; the table needs none.
    if (is_run) print(report::run_table(options.source));
    throw;
  }
  print(fmt::format("{}: open it in a browser", output));
  if (is_run) print("\n" + report::run_table(options.source));
  return kSuccess;
}

}  // namespace

Verb add_report(CLI::App& command) {
  auto options = std::make_shared<ReportOptions>();
  CommandLine verb(command, "report", "write one HTML page with plots of a run or a model");
  verb.text("source", options->source, "a run folder or a model.qfx", Need::Required);
  verb.text("-o,--output", options->output,
            "the page to write (default: report.html beside the model)");
  verb.text("--data", options->data,
            "the data to show the worst samples of (default: that of the run the model lies in)");
  verb.count("--limit", options->limit,
             "only the first N samples; 0: as many as take a few seconds", 0, kImageLimit);
  verb.flag("--no-data", options->no_data, "run nothing: a page of what the folder holds");
  return {verb.app(), [options] { return report(*options); }};
}

}  // namespace qfx::command
