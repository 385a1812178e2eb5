// Which units go through one process of Yosys.
#pragma once

#include <cstddef>
#include <vector>

#include "estimate/yosys.h"

namespace qfx::estimate {

struct Group {
  std::vector<std::size_t> units;
  bool multiplies = false;  // all of them, or none
  double weight = 0;
};

// Heavy groups first, so that `jobs` processes end at about the same time. The top is alone, since
// it has stand-ins for its engines.
std::vector<Group> groups_of(const std::vector<Unit>& units, std::size_t jobs);

}  // namespace qfx::estimate
