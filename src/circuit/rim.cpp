#include "qfx/circuit/rim.h"

namespace qfx::circuit {

std::int64_t beat_lanes(std::int64_t elements, int element_width) {
  std::int64_t lanes = 1;
  while (elements % (2 * lanes) == 0 && 2 * lanes * container_bits(element_width) <= kBeatBits)
    lanes *= 2;
  return lanes;
}

}  // namespace qfx::circuit
