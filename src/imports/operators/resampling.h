// What Resize and Upsample say: the size of the output, and where each of its places lies in the
// input.
#pragma once

#include <string>
#include <vector>

#include "imports/operators/call.h"

namespace qfx::imports {

struct Resampling {
  std::string coordinates, neighbour;
  bool is_linear = false;      // between the two neighbours, else one of them
  std::vector<double> scales;  // of each axis
  Shape shape;                 // of the output

  // Where a place of the output lies along an axis of `size` places, before it is kept inside.
  double place(std::size_t axis, std::int64_t at, std::int64_t size) const;
};

// Raises NodeFault for modes that are not here.
Resampling read_resampling(const Call& call);

}  // namespace qfx::imports
