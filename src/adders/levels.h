// How deep a sum of terms of given depths is.
#pragma once

#include <array>

namespace qfx::adders {

inline constexpr int kLevels = 128;

using LevelCounts = std::array<int, kLevels>;  // terms of each depth

// The level of the sum if the lowest terms are added first: the least there can be.
int combined_level(const LevelCounts& counts, int operands);

}  // namespace qfx::adders
