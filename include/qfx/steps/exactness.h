// The exactness rule (docs/architecture.md): a carrier may hold a value only where it is proved
// exact.
#pragma once

#include <string>

#include "qfx/fixed/format.h"

namespace qfx::steps {

enum class Carrier { Float32, Float64 };

inline constexpr int kCarriedBits = 53;  // of the wider one

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
// What a cast to `format` makes of the grid's values: not all that the format holds where they are
// small.
Grid cast(const Grid& grid, const fixed::Format& format);

// Whether a cast to `format` leaves every value of the grid, of either sign, as it is.
bool holds(const fixed::Format& format, const Grid& grid);

// Bits of the signed integer that holds every value of the grid.
int signed_width(const Grid& grid);

// The narrowest carrier in which every value of the grid is exact. Raises UserError where not even
// float64 is, naming `node` and what to do.
Carrier carrier_for(const Grid& grid, const std::string& node);

// Raises UserError where float64 does not divide the sum of `values` values of the grid so finely
// that a cast to frac_bits sees the exact mean (exact_mean_pool).
void check_mean(const Grid& grid, std::int64_t values, int frac_bits, const std::string& node);

}  // namespace qfx::steps
