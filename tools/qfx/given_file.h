// What a person gives in place of a model, a recipe or a run folder is named for what it is, and
// with it what to give instead.
#pragma once

#include <string>

#include "qfx/graph/analyzed.h"

namespace qfx::command {

// The frozen model of a file. Raises UserError, for a run folder, a recipe and the like with the
// way to its model.
graph::Analyzed load_given_model(const std::string& path);

// Raise UserError where `path` is plainly something else than what the verb takes: a recipe, a run
// folder, a run folder or a model. What is not there is not theirs to tell.
void check_given_recipe(const std::string& path, const std::string& verb);
void check_given_run(const std::string& path, const std::string& verb);
void check_given_run_or_model(const std::string& path, const std::string& verb);

}  // namespace qfx::command
