// The commands that repeat what a report shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/json.h"

namespace qfx::report {

// A word as a shell reads it back.
std::string shell_quote(const std::string& word);

// source = "..." under [data] of a recipe, in the usual spelling; nothing otherwise. Only what a
// person reads depends on it: the recipe itself is parsed in frontends.
std::optional<std::string> data_source(std::string_view recipe);

// [{id, title, command}] for a run folder (with its recipe and verify.json where there are any, and
// with the command that goes on where it has no model yet) or, `is_run` false, for one model file.
Json commands_json(const std::string& source, bool is_run, bool has_model,
                   const std::optional<std::string>& recipe, const Json& verify);

}  // namespace qfx::report
