// The exactness rule (docs/method.md): a carrier may hold a value only where it is proved exact.
#pragma once

#include <string>

#include "qfx/fixed/format.h"

namespace qfx::train {

enum class Carrier { Float32, Float64 };

const char* to_string(Carrier carrier);  // "float32", "float64"

// Where a tensor's values lie: multiples of 2^-frac_bits, at most max_raw * 2^-frac_bits in
// magnitude.
struct Grid {
  int frac_bits = 0;
  double max_raw = 0;
};

// Every value the format holds, at its binary point.
Grid grid_of(const fixed::Format& format);

Grid product(const Grid& a, const Grid& b);
// The sum and every partial sum.
Grid sum(const Grid& a, const Grid& b);
Grid wider(const Grid& a, const Grid& b);  // holds the values of both

// Bits of the signed integer that holds every value of the grid.
int signed_width(const Grid& grid);

// The narrowest carrier in which every value of the grid is exact. Raises UserError where not even
// float64 is, naming `node` and what to do.
Carrier carrier_for(const Grid& grid, const std::string& node);

}  // namespace qfx::train
