// Recipes for tests: a network and data that parse without any file, and what a test adds to them.
#pragma once

#include <string>

#include "qfx/base/error.h"
#include "qfx/frontends/recipe.h"

namespace qfx::test {

// Lines 1 to 7; what is appended begins at line 8. IDX samples are bytes and everything else about
// them is said, so that no data is read.
inline const std::string kRecipeHead =
    "[network]\n"
    "zoo = \"tiny_resnet\"\n"
    "[data]\n"
    "source = \"idx:nowhere\"\n"
    "input = [1, 28, 28]\n"
    "classes = 10\n"
    "normalize = { divisor = 256 }\n";

// The same data, for recipes that bring a [network] of their own.
inline const std::string kDataHead =
    "[data]\n"
    "source = \"idx:nowhere\"\n"
    "input = [1, 28, 28]\n"
    "classes = 10\n"
    "normalize = { divisor = 256 }\n";

inline frontends::Recipe recipe_with(const std::string& text) {
  return frontends::parse_recipe(kRecipeHead + text, "recipe.toml");
}

inline const graph::Node& node_named(const graph::Model& model, const std::string& name) {
  for (const graph::Node& node : model.nodes) {
    if (node.name == name) return node;
  }
  user_error("no node {}", name);
}

inline const graph::QuantSpec& param_spec(const graph::Model& model, const std::string& node,
                                          graph::Role role) {
  return node_named(model, node).params.at(role).spec;
}

}  // namespace qfx::test
