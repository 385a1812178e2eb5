// Between a fixed-point number and the integer behind it: raw * 2^-(W - I).
//
// Numbers are reinterpreted, never converted, until the one assignment to the destination type:
// that assignment is the vendor's own conversion with the modes the type carries.
#ifndef QFX_RAW_H_
#define QFX_RAW_H_

#include "ap_fixed.h"

#include "qfx/integer.h"
#include "qfx/pragma.h"

namespace qfx {

// What a fixed-point type is made of.
template <class T>
struct Traits;
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct Traits<ap_fixed<W, I, Q, O, N> > {
  static const int width = W;
  static const int frac_bits = W - I;
  static const bool is_signed = true;
  typedef ap_int<W> raw;
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct Traits<ap_ufixed<W, I, Q, O, N> > {
  static const int width = W;
  static const int frac_bits = W - I;
  static const bool is_signed = false;
  typedef ap_uint<W> raw;
};

template <class T>
typename Traits<T>::raw raw_of(const T& value) {
  QFX_HLS(INLINE)
  typename Traits<T>::raw raw = value.range(Traits<T>::width - 1, 0);
  return raw;
}

// As a factor of a product.
template <class T>
struct OperandOf : Operand<Traits<T>::width, Traits<T>::is_signed> {};

template <class T>
typename OperandOf<T>::type operand_of(const T& value) {
  QFX_HLS(INLINE)
#ifdef QFX_EXACT_WIDTHS
  return raw_of(value);
#else
  return static_cast<typename OperandOf<T>::type>(raw_of(value).to_int64());
#endif
}

template <class T, class INTEGER>
T from_raw(const INTEGER& raw) {
  QFX_HLS(INLINE)
  const typename Traits<T>::raw bits = raw;
  T value;
  value.range(Traits<T>::width - 1, 0) = bits;
  return value;
}

// `value` assigned to TO: the one cast of a layer. The value goes by way of a type with the default
// modes: a destination with modes then always converts, also where the formats are the same. That
// type is at least as wide as the bits that are dropped, because the vendor's conversion reads the
// highest of them from the source and asserts that it is there.
template <class TO, int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
TO assign(const ap_fixed_base<W, I, S, Q, O, N>& value) {
  QFX_HLS(INLINE)
  static const int kDropped = (W - I) - Traits<TO>::frac_bits;
  static const int kWidth = kDropped > W ? kDropped : W;
  const ap_fixed_base<kWidth, kWidth - (W - I), S> exact = value;
  const TO result = exact;
  return result;
}

// `raw` in the format of FROM, assigned to TO.
template <class TO, class FROM, class INTEGER>
TO convert(const INTEGER& raw) {
  QFX_HLS(INLINE)
  return assign<TO>(from_raw<FROM>(raw));
}

// A sum of WIDTH bits with FRAC_BITS fraction bits, assigned to TO.
template <class TO, int WIDTH, int FRAC_BITS, class SUM>
TO cast_sum(const SUM& sum) {
  QFX_HLS(INLINE)
  return convert<TO, ap_fixed<WIDTH, WIDTH - FRAC_BITS> >(sum);
}

}  // namespace qfx

#endif  // QFX_RAW_H_
