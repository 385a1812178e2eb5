#include "backends/verilog/sums_width.h"

#include <algorithm>

#include "backends/verilog/memory_text.h"

#include "qfx/base/int128.h"
#include "qfx/fixed/raw.h"

namespace qfx::backends::verilog {

int sum_bits(const SumsShape& shape) {
  const std::int64_t low = fixed::min_raw(shape.input), high = fixed::max_raw(shape.input);
  Int128 least = 0, most = 0;
  for (std::int64_t block = 0; block < shape.sums.blocks; ++block) {
    for (std::int64_t lane = 0; lane < shape.sums.pe; ++lane) {
      const auto output = shape.output_of(block, lane);
      if (!output) continue;
      Int128 down = 0, up = 0;
      for (std::int64_t step = 0; step < shape.sums.steps; ++step) {
        for (std::int64_t operand = 0; operand < shape.operands; ++operand) {
          const Int128 weight = shape.weight(*output, step, operand);
          down += std::min<Int128>(std::min(weight * low, weight * high), 0);
          up += std::max<Int128>(std::max(weight * low, weight * high), 0);
        }
      }
      least = std::min(least, down);
      most = std::max(most, up);
    }
  }
  constexpr Int128 kLimit = Int128{1} << 62;
  if (least < -kLimit || most >= kLimit) return shape.work.sum.width;
  return std::min(shape.work.sum.width,
                  signed_bits(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most)));
}

}  // namespace qfx::backends::verilog
