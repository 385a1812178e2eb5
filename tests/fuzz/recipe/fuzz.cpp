// Any text as a recipe: a UserError or a model that verifies, no crash.
#include <cstdint>
#include <string>

#include "qfx/base/error.h"
#include "qfx/frontends/recipe.h"
#include "qfx/graph/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    qfx::graph::verify(qfx::frontends::parse_recipe(text, "recipe.toml").model);
  } catch (const qfx::UserError&) {
  }
  return 0;
}
