#include "qfx/report/report.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "verb.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/report/run_table.h"

namespace qfx::command {
namespace {

struct ReportOptions {
  std::string source;
  std::string output;
};

int report(const ReportOptions& options) {
  check_given_run_or_model(options.source, "qfx report");
  const std::filesystem::path source = options.source;
  const bool is_run = is_folder(source);
  std::string output = options.output;
  if (output.empty()) output = (is_run ? source : source.parent_path()) / "report.html";
  try {
    report::write_report(options.source, output);
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
  return {verb.app(), [options] { return report(*options); }};
}

}  // namespace qfx::command
