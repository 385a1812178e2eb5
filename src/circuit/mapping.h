// How Yosys maps products and memories: rules, of which nothing is fitted.
#pragma once

#include <cstdint>

#include "circuit/pieces.h"

#include "qfx/fixed/format.h"

namespace qfx::circuit {

// A multiplier, in tables or DSPs.
Pieces multiply_pieces(int a, int b);

// LUTs of choosing one of `ways` shifts, a bit.
double shift_cost(int ways);

// A tree of adders over `terms` values, with so many registers.
Pieces tree_pieces(std::int64_t terms, int width, int sum_width, int stages);

// From `width` bits with `frac_bits` to a format.
Pieces cast_pieces(int width, int frac_bits, const fixed::Format& to);

// Tables that are only read, and memories that are written too.
Pieces rom(std::int64_t depth, std::int64_t width);
Pieces ram(std::int64_t depth, std::int64_t width);
Pieces fifo_pieces(std::int64_t width, std::int64_t depth);

}  // namespace qfx::circuit
