// What Vitis HLS has of the modes.
#pragma once

#include <array>

#include "support/ap_type.h"
#include "wrapping.h"

namespace qfx::test {

template <fixed::Format F>
using Number = ApFixed<F>;

inline constexpr std::array kRoundings{fixed::Rounding::RND,         fixed::Rounding::RND_ZERO,
                                       fixed::Rounding::RND_MIN_INF, fixed::Rounding::RND_INF,
                                       fixed::Rounding::RND_CONV,    fixed::Rounding::TRN,
                                       fixed::Rounding::TRN_ZERO};
inline constexpr std::array kSignedOverflows{
    Wrapping{fixed::Overflow::SAT},        Wrapping{fixed::Overflow::SAT_ZERO},
    Wrapping{fixed::Overflow::SAT_SYM},    Wrapping{fixed::Overflow::WRAP},
    Wrapping{fixed::Overflow::WRAP, 2},    Wrapping{fixed::Overflow::WRAP_SM},
    Wrapping{fixed::Overflow::WRAP_SM, 1}, Wrapping{fixed::Overflow::WRAP_SM, 3}};
inline constexpr std::array kUnsignedOverflows{
    Wrapping{fixed::Overflow::SAT}, Wrapping{fixed::Overflow::SAT_ZERO},
    Wrapping{fixed::Overflow::SAT_SYM}, Wrapping{fixed::Overflow::WRAP},
    Wrapping{fixed::Overflow::WRAP, 1}};

}  // namespace qfx::test
