#include <memory>

#include "command_line.h"
#include "given_file.h"
#include "training.h"
#include "verb.h"

#include "qfx/base/error.h"

namespace qfx::command {

Verb add_train(CLI::App& command) {
  auto request = std::make_shared<TrainingRequest>();
  CommandLine verb(command, "train",
                   "train a recipe in fixed point and freeze it into RUN/model.qfx");
  verb.text("recipe", request->recipe,
            "the recipe (.toml); with --resume the run's own is the default");
  verb.text("--out", request->run_folder, "the run folder", Need::Required);
  verb.flag("--resume", request->resume, "go on from the newest checkpoint, if there is one");
  return {verb.app(), [request] {
            if (request->recipe.empty() && !request->resume) {
              user_error("qfx train needs a recipe: qfx train RECIPE.toml --out {}",
                         request->run_folder);
            }
            if (!request->recipe.empty()) check_given_recipe(request->recipe, "qfx train");
            return run_training(*request);
          }};
}

}  // namespace qfx::command
