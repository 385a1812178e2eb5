#include "adders/levels.h"

#include <algorithm>
#include <numeric>

namespace qfx::adders {

int combined_level(const LevelCounts& counts, int operands) {
  int left = std::accumulate(counts.begin(), counts.end(), 0);
  LevelCounts terms = counts;
  int level = 0;
  // An even number of terms leaves two for one adder of three operands: the first.
  int taken = operands == 3 && left % 2 != 0 ? 3 : 2;
  while (left > 1) {
    int top = 0;
    for (int needed = taken; needed > 0;) {
      while (terms[static_cast<std::size_t>(level)] == 0) ++level;
      const int here = std::min(needed, terms[static_cast<std::size_t>(level)]);
      terms[static_cast<std::size_t>(level)] -= here;
      needed -= here;
      top = level;
    }
    ++terms[static_cast<std::size_t>(std::min(top + 1, kLevels - 1))];
    left -= taken - 1;
    taken = operands;
  }
  while (level < kLevels && terms[static_cast<std::size_t>(level)] == 0) ++level;
  return left == 0 ? 0 : level;
}

}  // namespace qfx::adders
