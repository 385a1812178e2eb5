// Which memory a FIFO is.
#pragma once

#include <cstdint>

namespace qfx::circuit {

// Beyond this many words: block RAM with a register behind it, and a cycle more from the writing of
// a word to its being offered. Shift registers and look-up tables else.
inline constexpr std::int64_t kMostSmallDepth = 64;
constexpr bool is_block_ram(std::int64_t depth) {
  return depth > kMostSmallDepth;
}

}  // namespace qfx::circuit
