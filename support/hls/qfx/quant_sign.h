// To 2^BITS levels, the odd integers from -n to n with n = 2^BITS - 1: by n comparisons. The result
// is a value of the destination already, there is no cast.
#ifndef QFX_QUANT_SIGN_H_
#define QFX_QUANT_SIGN_H_

#include <stdint.h>

#include "qfx/map.h"

namespace qfx {

// threshold[j] is the least raw value that lies above the j-th of the lower levels.
struct QuantSign {
  template <class OUT, class IN, int N>
  static OUT of(const IN& x, const int64_t (&threshold)[N]) {
    QFX_INLINE
    const typename OperandOf<IN>::type raw = operand_of(x);
    int value = -N;
    QFX_LOOP(LEVEL, UNROLLED)
    for (int j = 0; j < N; ++j) {
      QFX_BODY(UNROLLED)
      if (raw >= threshold[j]) value += 2;
    }
    return from_raw<OUT>(value);
  }
};

}  // namespace qfx

#endif  // QFX_QUANT_SIGN_H_
