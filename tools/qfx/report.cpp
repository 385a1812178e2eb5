#include "qfx/report/report.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "console.h"
#include "verb.h"

#include "qfx/report/table.h"

namespace qfx::command {
namespace {

struct Options {
  std::string source;
  std::string output;
};

int report(const Options& options) {
  const std::filesystem::path source = options.source;
  const bool is_run = std::filesystem::is_directory(source);
  std::string output = options.output;
  if (output.empty()) output = (is_run ? source : source.parent_path()) / "report.html";
  report::write_report(options.source, output);
  print(fmt::format("{}: open it in a browser", output));
  if (is_run) print("\n" + report::run_table(options.source));
  return kSuccess;
}

}  // namespace

Verb add_report(CLI::App& command) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      command.add_subcommand("report", "write one HTML page with plots of a run or a model");
  verb->add_option("source", options->source, "a run folder or a model.qfx")->required();
  verb->add_option("-o,--output", options->output,
                   "the page to write (default: report.html beside the model)");
  return {verb, [options] { return report(*options); }};
}

}  // namespace qfx::command
