// From the vendor's types to `fixed` formats, and lists of types to test.
#pragma once

#include <string>
#include <vector>

#include "qfx/fixed/format.h"
#include "qfx/raw.h"

namespace qfx::test {

inline fixed::Rounding rounding_of(ap_q_mode mode) {
  switch (mode) {
    case AP_RND:
      return fixed::Rounding::RND;
    case AP_RND_ZERO:
      return fixed::Rounding::RND_ZERO;
    case AP_RND_MIN_INF:
      return fixed::Rounding::RND_MIN_INF;
    case AP_RND_INF:
      return fixed::Rounding::RND_INF;
    case AP_RND_CONV:
      return fixed::Rounding::RND_CONV;
    case AP_TRN:
      return fixed::Rounding::TRN;
    case AP_TRN_ZERO:
      return fixed::Rounding::TRN_ZERO;
  }
  throw std::logic_error("no such rounding");
}

inline fixed::Overflow overflow_of(ap_o_mode mode) {
  switch (mode) {
    case AP_SAT:
      return fixed::Overflow::SAT;
    case AP_SAT_ZERO:
      return fixed::Overflow::SAT_ZERO;
    case AP_SAT_SYM:
      return fixed::Overflow::SAT_SYM;
    case AP_WRAP:
      return fixed::Overflow::WRAP;
    case AP_WRAP_SM:
      return fixed::Overflow::WRAP_SM;
  }
  throw std::logic_error("no such overflow");
}

template <class T>
struct FormatOf;
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct FormatOf<ap_fixed<W, I, Q, O, N>> {
  static fixed::Format get() { return {W, I, true, rounding_of(Q), overflow_of(O), N}; }
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct FormatOf<ap_ufixed<W, I, Q, O, N>> {
  static fixed::Format get() { return {W, I, false, rounding_of(Q), overflow_of(O), N}; }
};

template <class T>
std::int64_t raw_value(const T& value) {
  return raw_of(value).to_int64();
}

// Calls f(T()) for a destination of every mode: 4 bits, 2 of them integer, signed and unsigned.
template <ap_q_mode Q, class F>
void each_overflow(const F& f) {
  f(ap_fixed<4, 2, Q, AP_SAT>(0));
  f(ap_fixed<4, 2, Q, AP_SAT_ZERO>(0));
  f(ap_fixed<4, 2, Q, AP_SAT_SYM>(0));
  f(ap_fixed<4, 2, Q, AP_WRAP>(0));
  f(ap_fixed<4, 2, Q, AP_WRAP, 2>(0));
  f(ap_fixed<4, 2, Q, AP_WRAP_SM>(0));
  f(ap_fixed<4, 2, Q, AP_WRAP_SM, 1>(0));
  f(ap_fixed<4, 2, Q, AP_WRAP_SM, 3>(0));
  f(ap_ufixed<4, 2, Q, AP_SAT>(0));
  f(ap_ufixed<4, 2, Q, AP_SAT_ZERO>(0));
  f(ap_ufixed<4, 2, Q, AP_SAT_SYM>(0));
  f(ap_ufixed<4, 2, Q, AP_WRAP>(0));
  f(ap_ufixed<4, 2, Q, AP_WRAP, 1>(0));
}
template <class F>
void each_mode(const F& f) {
  each_overflow<AP_RND>(f);
  each_overflow<AP_RND_ZERO>(f);
  each_overflow<AP_RND_MIN_INF>(f);
  each_overflow<AP_RND_INF>(f);
  each_overflow<AP_RND_CONV>(f);
  each_overflow<AP_TRN>(f);
  each_overflow<AP_TRN_ZERO>(f);
}

}  // namespace qfx::test
