// The bounds of a clip node as integers. A bound is a multiple of 2^-32 within 2^31, so that it
// lies on a binary grid with the input and the exact value can be cast like any other.
#pragma once

#include <cstdint>

#include "qfx/graph/op.h"

namespace qfx::graph {

// raw * 2^-frac_bits with an odd raw; zero is 0 * 2^31, the coarsest grid of all bounds.
struct Dyadic {
  std::int64_t raw = 0;
  int frac_bits = 0;
};

bool is_clip_bound(double value);

// Of a value that is a clip bound.
Dyadic dyadic(double bound);

// What clip does to a raw value x of `x_frac_bits` fraction bits. The result, on the grid
// 2^-frac_bits, is `low` where x < below, else `high` where x > above, else x * 2^places.
struct ClipLimits {
  std::int64_t below = 0, above = 0;  // min rounded up and max rounded down to x's grid
  std::int64_t low = 0, high = 0;     // min and max on the grid of the result
  int places = 0;
};

// frac_bits: at least x's and those of both bounds. What leaves 62 bits is cut to them: raw values
// have 32 bits, and a result beyond is refused by the range analysis.
ClipLimits clip_limits(const Clip& clip, int x_frac_bits, int frac_bits);

}  // namespace qfx::graph
