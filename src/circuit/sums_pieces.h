// What engines of sums are made of.
#pragma once

#include "circuit/pieces.h"
#include "circuit/resources.h"

namespace qfx::circuit {

Pieces sums_pieces(const dataflow::Network& network, const Sums& sums, const Site& site);

// Positions of a ring of so many words before an image.
Pieces ring_pieces(const dataflow::Window& window, std::int64_t buffer, std::int64_t steps);

}  // namespace qfx::circuit
