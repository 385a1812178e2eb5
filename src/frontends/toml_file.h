// TOML text to a toml++ table, safe against hostile text.
#pragma once

#include <string>
#include <toml++/toml.h>

namespace qfx::frontends {

// Raises UserError "FILE:LINE: ..." where the text is not TOML 1.0, is longer than a recipe has
// reason to be, or nests its keys so deeply that walking them would exhaust the stack.
toml::table parse_toml(const std::string& text, const std::string& file);

}  // namespace qfx::frontends
