// From a number to the integer behind it, and by one assignment to a layer's output.
//
// Numbers are reinterpreted, never converted, until the one assignment to the destination type:
// that assignment is the vendor's own conversion with the modes the type carries.
#ifndef QFX_RAW_H_
#define QFX_RAW_H_

#include "qfx/integer.h"
#include "qfx/vendor.h"

namespace qfx {

// As a factor of a product.
template <class T>
struct OperandOf : Operand<Traits<T>::width, Traits<T>::is_signed> {};

template <class T>
typename OperandOf<T>::type operand_of(const T& value) {
  QFX_INLINE
#ifdef QFX_EXACT_WIDTHS
  return raw_of(value);
#else
  return static_cast<typename OperandOf<T>::type>(raw_of(value).to_int64());
#endif
}

// `raw` in the format of FROM, assigned to TO: the one cast of a layer.
template <class TO, class FROM, class INTEGER>
TO convert(const INTEGER& raw) {
  QFX_INLINE
  return assign<TO>(from_raw<FROM>(raw));
}

// A sum of WIDTH bits with FRAC_BITS fraction bits, assigned to TO.
template <class TO, int WIDTH, int FRAC_BITS, class SUM>
TO cast_sum(const SUM& sum) {
  QFX_INLINE
  return convert<TO, Fixed<WIDTH, WIDTH - FRAC_BITS> >(sum);
}

}  // namespace qfx

#endif  // QFX_RAW_H_
