// How exact a softmax' quotients are.
#pragma once

#include <algorithm>
#include <cstdint>

#include "qfx/fixed/format.h"

namespace qfx::circuit {

// The integer bit of a quotient, which is at most 1, and fraction bits to a grid twice as fine as
// the format's: every rounding boundary and every tie lies on it. What is left is only zero or not.
inline std::int64_t quotient_bits(const fixed::Format& format) {
  return std::max(format.frac_bits() + 1, 0) + 1;
}

}  // namespace qfx::circuit
