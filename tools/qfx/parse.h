// The command line to a chosen verb; what is wrong with it becomes a UserError.
#pragma once

#include <optional>
#include <vector>

#include "verb.h"

namespace qfx::command {

// Empty where a verb was chosen; else the exit code, after --help, --version or a bare `qfx`
// printed what was asked. Raises UserError that names the nearest verb or option.
std::optional<int> parse(CLI::App& app, const std::vector<Verb>& verbs, int argc, char** argv);

}  // namespace qfx::command
