#include <memory>

#include "command_line.h"
#include "given_file.h"
#include "training.h"
#include "verb.h"

namespace qfx::command {

Verb add_start(CLI::App& command) {
  auto request = std::make_shared<StartRequest>();
  CommandLine verb(command, "start",
                   "make a start for qfx train of parameters that were trained elsewhere");
  verb.text("parameters", request->parameters,
            "the parameters (.safetensors), named as in torch's state_dict", Need::Required);
  verb.text("--recipe", request->recipe, "the recipe (.toml) of their network", Need::Required);
  verb.text("--out", request->run_folder,
            "the folder to write (default: the one that the recipe's `start` names)");
  return {verb.app(), [request] {
            check_given_recipe(request->recipe, "qfx start");
            return run_start(*request);
          }};
}

}  // namespace qfx::command
