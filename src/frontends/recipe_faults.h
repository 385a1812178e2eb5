// Everything that is wrong with a recipe, said at once. The readers raise a RecipeFault at the
// first wrong key; what they were reading is then read again without that key, and so on. A fault
// that may only follow from an earlier one is not told.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <toml++/toml.h>
#include <vector>

#include "qfx/base/error.h"

namespace qfx::frontends {

// Where a recipe is wrong.
struct Place {
  const toml::table* table = nullptr;
  std::string path;  // of the table, as TableReader has it
  std::string key;   // empty: the table as a whole
  std::size_t line = 1;
  // Wrong whatever the rest of the recipe says: an unknown key, a value that is never allowed.
  bool is_alone = false;
};

class RecipeFault : public UserError {
 public:
  RecipeFault(const std::string& sentence, Place place)
      : UserError(sentence), place_(std::move(place)) {}

  const Place& place() const { return place_; }

 private:
  Place place_;
};

class RecipeFaults {
 public:
  // Both outlive it; keys that are wrong are taken out of the recipe.
  RecipeFaults(toml::table& recipe, const std::string& file) : recipe_(recipe), file_(file) {}

  // Runs `part`, which reads some of the recipe, until it finds nothing wrong any more. False where
  // it found something: what it has read is then not the user's.
  bool read(const std::function<void()>& part);

  // No more are worth telling.
  bool are_many() const;

  // Raises UserError with all, in the order of the lines. Does nothing where there are none.
  void raise() const;

 private:
  bool follows_from_another(const Place& place) const;

  toml::table& recipe_;
  const std::string& file_;
  std::vector<RecipeFault> faults_;
};

}  // namespace qfx::frontends
