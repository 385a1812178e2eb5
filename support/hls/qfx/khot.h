// The product of an activation and a K-hot constant: shifts and adds, no multiplier.
//
// The constant is stored as K digits, each a sign and an exponent in one byte: bit 7 is the sign,
// bit 6 says that there is a digit at all, bits 5 to 0 are the exponent. Zero has no digit.
#ifndef QFX_KHOT_H_
#define QFX_KHOT_H_

#include "qfx/vendor.h"

namespace qfx {

template <int K>
struct Digits {
  unsigned char code[K];
};

template <int K>
struct KHot {
  template <class SUM, class OPERAND>
  static void accumulate(SUM& sum, const OPERAND& x, const Digits<K>& constant) {
    QFX_INLINE
    QFX_LOOP(DIGIT, UNROLLED)
    for (int k = 0; k < K; ++k) {
      QFX_BODY(UNROLLED)
      const unsigned char code = constant.code[k];
      SUM term = x;
      term <<= code & 0x3f;
      if (code & 0x40) {
        if (code & 0x80) {
          sum -= term;
        } else {
          sum += term;
        }
      }
    }
  }
};

}  // namespace qfx

#endif  // QFX_KHOT_H_
