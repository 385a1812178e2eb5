// What the recipe's error tests share: a text, and what the message must say about it.
#pragma once

#include <gmock/gmock.h>
#include <ostream>
#include <string>
#include <vector>

#include "support/data_files.h"
#include "support/recipes.h"
#include "support/user_error.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {

inline std::string error_of(const std::string& text) {
  return test::user_error_of([&] { parse_recipe(text, "recipe.toml"); });
}

inline void expect_fragments(const std::string& text, const std::vector<std::string>& fragments) {
  const std::string error = error_of(text);
  for (const std::string& fragment : fragments)
    EXPECT_THAT(error, ::testing::HasSubstr(fragment)) << text;
}

// What stands in kRecipeHead, replaced.
struct HeadCase {
  std::string text;  // the whole recipe
  std::vector<std::string> fragments;
};

inline void PrintTo(const HeadCase& c, std::ostream* out) {
  *out << c.text;
}

}  // namespace qfx::frontends
