#include "qfx/backends/export.h"

#include <cmath>
#include <filesystem>

#include "backends/project_folder.h"

#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/dataflow/lower.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends {
namespace {

namespace fs = std::filesystem;

void check_options(const graph::FrozenModel& model, const ExportOptions& options) {
  if (!std::isfinite(options.clock_period_ns) || options.clock_period_ns <= 0)
    user_error("the clock period is {} ns; it must be above 0", options.clock_period_ns);
  const std::int64_t in = graph::element_count(model.input().shape);
  const std::int64_t out = graph::output_size(model);
  const auto inputs = std::ssize(options.golden_inputs),
             outputs = std::ssize(options.golden_outputs);
  if (inputs % in != 0 || outputs != inputs / in * out)
    user_error("golden vectors are {} inputs and {} outputs; a sample takes {} and gives {}",
               inputs, outputs, in, out);
}

}  // namespace

void export_project(const Target& target, const graph::Analyzed& model,
                    const std::string& directory, const ExportOptions& options) {
  if (const std::string why = target.refusal(model.model()); !why.empty()) user_error("{}", why);
  check_options(model.model(), options);
  fs::path folder = fs::path(directory).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "DIR/"
  try {
    check_project_folder(folder);
    replace_project(folder, target.print(dataflow::lower(model, options.folding), options));
  } catch (const fs::filesystem_error& error) {
    user_error("cannot write the project '{}': {}", directory, error.code().message());
  }
}

}  // namespace qfx::backends
