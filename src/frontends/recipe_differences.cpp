#include <set>
#include <string>

#include "frontends/toml_file.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

// Key by key, so that layout and comments make no difference. A top table that is not there says
// as much as an empty one.
void collect(const toml::table& a, const toml::table& b, const std::string& path,
             std::set<std::string>& found) {
  static const toml::table empty;
  for (const auto& [key, value] : a) {
    const std::string name = path + std::string(key.str());
    const toml::node* other = b.get(key);
    if (path.empty() && value.is_table() && (other == nullptr || other->is_table())) {
      collect(*value.as_table(), other == nullptr ? empty : *other->as_table(), name + ".", found);
    } else if (other == nullptr || toml::node_view<const toml::node>(value) !=
                                       toml::node_view<const toml::node>(*other)) {
      found.insert(name);
    }
  }
}

}  // namespace

std::vector<std::string> recipe_differences(const std::string& text, const std::string& other) {
  const toml::table a = parse_toml(text, "the recipe"), b = parse_toml(other, "the other recipe");
  std::set<std::string> found;
  collect(a, b, "", found);
  collect(b, a, "", found);
  return {found.begin(), found.end()};
}

}  // namespace qfx::frontends
