// Runs the built qfx as a person does, and small models and runs to give it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/tiny_data.h"

#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/file.h"
#include "qfx/graph/freeze.h"

namespace qfx::test {

// Standard output and standard error together, in order.
inline ProcessResult qfx_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), qfx_program());
  return run_process(arguments);
}

// A folder that looks like a run which nobody trained: recipe, tiny data, a model frozen as
// initialised.
struct FrozenRun {
  TemporaryDirectory folder;
  std::string data = write_tiny_data(folder.path() / "data");
  std::string run = (folder.path() / "run").string();
  std::string model = run + "/model.qfx";

  FrozenRun() {
    std::filesystem::create_directories(run);
    const std::string recipe =
        "network.zoo = \"tiny_resnet\"\n"
        "[data]\nsource = \"" +
        data +
        "\"\n"
        "[format]\nbinary_point = \"fixed\"\nint_bits = 3\n"
        "[[format.override]]\nmatch = \"block1.conv.weight\"\nk_hot = 2\n";
    write(run + "/recipe.toml", recipe);
    graph::save(graph::freeze(frontends::parse_recipe(recipe, "recipe.toml").model), model);
  }
};

}  // namespace qfx::test
