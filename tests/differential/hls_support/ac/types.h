// What Catapult has of the modes.
#pragma once

#include <array>

#include "support/ac_type.h"
#include "wrapping.h"

namespace qfx::test {

template <fixed::Format F>
using Number = AcFixed<F>;

inline constexpr std::array kRoundings{fixed::Rounding::RND,         fixed::Rounding::RND_ZERO,
                                       fixed::Rounding::RND_MIN_INF, fixed::Rounding::RND_INF,
                                       fixed::Rounding::RND_CONV,    fixed::Rounding::TRN,
                                       fixed::Rounding::TRN_ZERO,    fixed::Rounding::RND_CONV_ODD};
inline constexpr std::array kSignedOverflows{
    Wrapping{fixed::Overflow::SAT}, Wrapping{fixed::Overflow::SAT_ZERO},
    Wrapping{fixed::Overflow::SAT_SYM}, Wrapping{fixed::Overflow::WRAP}};
inline constexpr std::array kUnsignedOverflows = kSignedOverflows;

}  // namespace qfx::test
