// ac_fixed by its format.
#pragma once

#include <ac_fixed.h>

#include "qfx/fixed/format.h"

namespace qfx::test {

constexpr ac_q_mode ac_rounding(fixed::Rounding rounding) {
  switch (rounding) {
    case fixed::Rounding::RND:
      return AC_RND;
    case fixed::Rounding::RND_ZERO:
      return AC_RND_ZERO;
    case fixed::Rounding::RND_MIN_INF:
      return AC_RND_MIN_INF;
    case fixed::Rounding::RND_INF:
      return AC_RND_INF;
    case fixed::Rounding::RND_CONV:
      return AC_RND_CONV;
    case fixed::Rounding::TRN:
      return AC_TRN;
    case fixed::Rounding::TRN_ZERO:
      return AC_TRN_ZERO;
    case fixed::Rounding::RND_CONV_ODD:
      return AC_RND_CONV_ODD;
  }
  throw "no such rounding mode";
}

constexpr ac_o_mode ac_overflow(fixed::Overflow overflow) {
  switch (overflow) {
    case fixed::Overflow::SAT:
      return AC_SAT;
    case fixed::Overflow::SAT_ZERO:
      return AC_SAT_ZERO;
    case fixed::Overflow::SAT_SYM:
      return AC_SAT_SYM;
    case fixed::Overflow::WRAP:
      return AC_WRAP;
    case fixed::Overflow::WRAP_SM:
      break;
  }
  throw "ac_fixed has no WRAP_SM";
}

template <fixed::Format F>
using AcFixed =
    ac_fixed<F.width, F.int_bits, F.is_signed, ac_rounding(F.rounding), ac_overflow(F.overflow)>;

}  // namespace qfx::test
