// The formats of the small models that several tests build.
#pragma once

#include "qfx/fixed/format.h"

namespace qfx::graph {

inline constexpr fixed::Format kByte{.width = 8, .int_bits = 4, .overflow = fixed::Overflow::SAT};
inline constexpr fixed::Format kWide{.width = 24, .int_bits = 24, .overflow = fixed::Overflow::SAT};

}  // namespace qfx::graph
