#include <memory>

#include "command_line.h"
#include "given_file.h"
#include "training.h"
#include "verb.h"

namespace qfx::command {

Verb add_ptq(CLI::App& command) {
  auto request = std::make_shared<TrainingRequest>();
  request->kind = TrainingKind::Ptq;
  CommandLine verb(command, "ptq",
                   "calibrate and freeze without training in fixed point: the baseline");
  verb.text("recipe", request->recipe, "the recipe (.toml)", Need::Required);
  verb.text("--out", request->run_folder, "the run folder", Need::Required);
  return {verb.app(), [request] {
            check_given_recipe(request->recipe, "qfx ptq");
            return run_training(*request);
          }};
}

}  // namespace qfx::command
