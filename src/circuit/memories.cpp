// Memories by the cost table.
#include <algorithm>

#include "circuit/cost_table.h"
#include "circuit/resources.h"

namespace qfx::circuit {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// The cheapest shape of 18 Kib blocks: 36 bits of 512 words to 1 bit of 16,384.
double blocks(std::int64_t depth, std::int64_t width) {
  std::int64_t least = ceil_div(width, cost::kBlockWidth) * ceil_div(depth, cost::kBlockDepth);
  std::int64_t block_width = cost::kBlockWidth / 2, block_depth = cost::kBlockDepth * 2L;
  for (; block_depth <= 16384;
       block_depth *= 2, block_width = std::max<std::int64_t>(1, block_width / 2))
    least = std::min(least, ceil_div(width, block_width) * ceil_div(depth, block_depth));
  return static_cast<double>(least);
}

}  // namespace

Resources rom(std::int64_t depth, std::int64_t width) {
  if (depth <= 1) return {};
  if (depth > cost::kLeastBlockDepth && depth * width > cost::kLeastBlockRom)
    return {.brams = blocks(depth, width)};
  return {.luts = static_cast<double>(width *
                                      ceil_div(depth, static_cast<std::int64_t>(cost::kRomBits)))};
}

Resources ram(std::int64_t depth, std::int64_t width) {
  if (depth == 0) return {};
  if (depth > cost::kDeepestShiftRegister) return {.brams = blocks(depth, width)};
  return {.luts = static_cast<double>(width) * 64 / cost::kRamBits};
}

Resources fifo_resources(std::int64_t width, std::int64_t depth) {
  Resources result{.luts = cost::kFifoControl, .registers = cost::kFifoRegisters};
  if (depth > cost::kDeepestShiftRegister) {
    result += ram(depth, width);
    result.registers += static_cast<double>(width);
  } else {
    result.luts += static_cast<double>(width * ceil_div(depth, cost::kShiftRegisterDepth));
  }
  return result;
}

}  // namespace qfx::circuit
