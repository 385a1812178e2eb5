// How many elements a step without a chain works on at a time, in the first-level cache.
#pragma once

#include <cstdint>

namespace qfx::runtime {

inline constexpr std::int64_t kTile = 1024;

}  // namespace qfx::runtime
