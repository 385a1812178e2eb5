// What a word of a recipe that is not ours probably means: other tools' names for keys, kinds and
// values, and the table where a key is at home.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qfx/base/text.h"

namespace qfx::frontends {

Synonyms recipe_synonyms();

// "did you mean 'out_features'?", or "did you mean 'epochs' of [float] or [fixed]?" where a table
// that has `known` keys was given one of another table.
std::string key_hint(std::string_view key, const std::vector<std::string>& known);

}  // namespace qfx::frontends
