// How wide the ports of a network may be: in half of the cases as wide as they like.
#pragma once

#include <algorithm>
#include <cstdint>

#include "support/rng.h"

#include "qfx/circuit/rim.h"
#include "qfx/graph/outputs.h"

namespace qfx::test {

// As in backends::ExportOptions: 0 for the default.
inline std::int64_t random_axi_bits(std::uint64_t seed, const graph::FrozenModel& model) {
  Rng rng(seed);
  if (rng.chance(0.5)) return 0;
  std::int64_t least = circuit::container_bits(model.input().format.width);
  for (const graph::NodeId output : graph::output_ids(model))
    least = std::max<std::int64_t>(
        least,
        circuit::container_bits(model.nodes[static_cast<std::size_t>(output)].format.width));
  return std::min(least << rng.between(0, 7), circuit::kMostBeatBits);
}

}  // namespace qfx::test
