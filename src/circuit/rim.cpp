#include "qfx/circuit/rim.h"

namespace qfx::circuit {

std::int64_t beat_lanes(std::int64_t elements, int element_width, std::int64_t cycles) {
  const std::int64_t container = container_bits(element_width);
  std::int64_t lanes = 1;
  const auto wider = [&](std::int64_t bits) {
    return elements % (2 * lanes) == 0 && 2 * lanes * container <= bits;
  };
  while (wider(kBeatBits)) lanes *= 2;
  while (cycles > 0 && elements / lanes > cycles && wider(kMostBeatBits)) lanes *= 2;
  return lanes;
}

}  // namespace qfx::circuit
