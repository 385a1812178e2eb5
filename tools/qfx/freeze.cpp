#include "qfx/graph/freeze.h"

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "training.h"
#include "verb.h"

#include "qfx/base/file.h"
#include "qfx/graph/analyzed.h"
#include "qfx/graph/file.h"
#include "qfx/graph/totals.h"

namespace qfx::command {
namespace {

struct FreezeOptions {
  std::string run_folder;
  std::string output;
};

int freeze(const FreezeOptions& options) {
  check_given_run(options.run_folder, "qfx freeze");
  const std::string output =
      options.output.empty() ? options.run_folder + "/model.qfx" : options.output;
  std::optional<FolderLock> lock;  // training writes the same file
  if (options.output.empty() && is_folder(options.run_folder)) lock.emplace(options.run_folder);
  // Proved before it is written: what is written loads.
  const graph::Analyzed proved(graph::freeze(newest_checkpoint(options.run_folder)));
  const graph::FrozenModel& model = proved.model();
  graph::save(model, output);
  print(fmt::format("{}: {} layers, {} integer parameters", output, model.nodes.size() - 1,
                    grouped(graph::totals(model).parameters)));
  return kSuccess;
}

}  // namespace

Verb add_freeze(CLI::App& command) {
  auto options = std::make_shared<FreezeOptions>();
  CommandLine verb(command, "freeze", "turn a run's newest checkpoint into integers");
  verb.text("run", options->run_folder, "the run folder", Need::Required);
  verb.text("-o,--output", options->output, "the file to write (default: RUN/model.qfx)");
  return {verb.app(), [options] { return freeze(*options); }};
}

}  // namespace qfx::command
