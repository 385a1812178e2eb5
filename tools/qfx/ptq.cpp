#include <memory>

#include "training.h"
#include "verb.h"

namespace qfx::command {

Verb add_ptq(CLI::App& command) {
  auto request = std::make_shared<TrainingRequest>();
  request->kind = TrainingKind::Ptq;
  CLI::App* verb = command.add_subcommand(
      "ptq", "calibrate and freeze without training in fixed point: the baseline");
  verb->add_option("recipe", request->recipe, "the recipe (.toml)")->required();
  verb->add_option("--out", request->run_folder, "the run folder")->required();
  return {verb, [request] { return run_training(*request); }};
}

}  // namespace qfx::command
