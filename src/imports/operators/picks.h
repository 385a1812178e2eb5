// Tensors made of places of another, axis by axis.
#pragma once

#include <cstdint>
#include <vector>

#include "imports/operators/call.h"

namespace qfx::imports {

// Along each axis which places of the input are taken, in order; -1: none, a filling value.
using Picks = std::vector<std::vector<std::int64_t>>;

Picks everything(const Shape& shape);
Tensor picked(const Tensor& x, const Picks& picks, double filling = 0);

// What a Pad says: along each axis how many places it adds before and behind the input, fewer than
// none where it cuts some off, and which places of the input all of them are.
struct Pads {
  std::string mode;  // constant, reflect, edge, wrap
  double filling = 0;
  Shape before, after;
  Picks picks;
};
Pads read_pads(const Call& call);

}  // namespace qfx::imports
