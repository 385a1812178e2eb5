// ap_fixed and ap_ufixed by their format.
#pragma once

#include <ap_fixed.h>
#include <type_traits>

#include "qfx/fixed/format.h"

namespace qfx::test {

constexpr ap_q_mode ap_rounding(fixed::Rounding rounding) {
  switch (rounding) {
    case fixed::Rounding::RND:
      return AP_RND;
    case fixed::Rounding::RND_ZERO:
      return AP_RND_ZERO;
    case fixed::Rounding::RND_MIN_INF:
      return AP_RND_MIN_INF;
    case fixed::Rounding::RND_INF:
      return AP_RND_INF;
    case fixed::Rounding::RND_CONV:
      return AP_RND_CONV;
    case fixed::Rounding::TRN:
      return AP_TRN;
    case fixed::Rounding::TRN_ZERO:
      return AP_TRN_ZERO;
    case fixed::Rounding::RND_CONV_ODD:
      break;
  }
  throw "ap_fixed has no RND_CONV_ODD";
}

constexpr ap_o_mode ap_overflow(fixed::Overflow overflow) {
  switch (overflow) {
    case fixed::Overflow::SAT:
      return AP_SAT;
    case fixed::Overflow::SAT_ZERO:
      return AP_SAT_ZERO;
    case fixed::Overflow::SAT_SYM:
      return AP_SAT_SYM;
    case fixed::Overflow::WRAP:
      return AP_WRAP;
    case fixed::Overflow::WRAP_SM:
      return AP_WRAP_SM;
  }
  throw "no such overflow mode";
}

template <fixed::Format F>
using ApFixed = std::conditional_t<
    F.is_signed,
    ap_fixed<F.width, F.int_bits, ap_rounding(F.rounding), ap_overflow(F.overflow), F.wrap_bits>,
    ap_ufixed<F.width, F.int_bits, ap_rounding(F.rounding), ap_overflow(F.overflow), F.wrap_bits>>;

}  // namespace qfx::test
