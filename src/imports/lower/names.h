// Names of a model's nodes from those of a file: legal everywhere, unique, the same every time.
#pragma once

#include <set>
#include <string>

namespace qfx::imports {

class Names {
 public:
  // From a node's name: letters, digits and '_', at most 48 of them, not beginning with a digit;
  // empty, for the kind's own name and number, where nothing of the name is left.
  std::string fresh(const std::string& name);

 private:
  std::set<std::string> taken_{"input"};
};

}  // namespace qfx::imports
