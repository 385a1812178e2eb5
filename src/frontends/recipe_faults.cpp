#include "frontends/recipe_faults.h"

#include <algorithm>

namespace qfx::frontends {
namespace {

constexpr std::size_t kMostTold = 20;

// The table among those of the recipe, to be changed. Null where it is not there.
toml::table* own_table(toml::node& node, const toml::table* wanted) {
  if (toml::table* table = node.as_table()) {
    if (table == wanted) return table;
    for (auto&& [key, value] : *table) {
      if (toml::table* found = own_table(value, wanted)) return found;
    }
  } else if (toml::array* array = node.as_array()) {
    for (toml::node& item : *array) {
      if (toml::table* found = own_table(item, wanted)) return found;
    }
  }
  return nullptr;
}

// "data.normalize" and "network.layers[2]" lie in "data" and "network".
bool lies_in(const std::string& path, const std::string& outer) {
  return path.size() > outer.size() && !outer.empty() && path.starts_with(outer) &&
         (path[outer.size()] == '.' || path[outer.size()] == '[');
}

}  // namespace

bool RecipeFaults::follows_from_another(const Place& place) const {
  if (place.is_alone) return false;
  return std::ranges::any_of(faults_, [&](const RecipeFault& fault) {
    const Place& other = fault.place();
    return other.table == place.table || lies_in(place.path, other.path) ||
           lies_in(other.path, place.path);
  });
}

bool RecipeFaults::read(const std::function<void()>& part) {
  bool is_right = true;
  while (!are_many()) {
    try {
      part();
      return is_right;
    } catch (const RecipeFault& fault) {
      is_right = false;
      const Place& place = fault.place();
      if (!follows_from_another(place)) faults_.push_back(fault);
      toml::table* table = own_table(recipe_, place.table);
      if (table == nullptr || place.key.empty() || table->erase(place.key) == 0) return false;
    } catch (const UserError&) {
      if (faults_.empty()) throw;  // else it may follow from one of them
      return false;
    }
  }
  return false;
}

bool RecipeFaults::are_many() const {
  return faults_.size() >= kMostTold;
}

void RecipeFaults::raise() const {
  if (faults_.empty()) return;
  if (faults_.size() == 1) throw faults_.front();
  std::vector<RecipeFault> sorted = faults_;
  std::ranges::stable_sort(sorted, {}, [](const RecipeFault& fault) { return fault.place().line; });
  std::string text = are_many() ? fmt::format("{} has {} faults or more:", file_, sorted.size())
                                : fmt::format("{} has {} faults:", file_, sorted.size());
  for (const RecipeFault& fault : sorted) text += fmt::format("\n  {}", fault.what());
  throw UserError(text);
}

}  // namespace qfx::frontends
