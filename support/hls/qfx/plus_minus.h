// The product of an activation and a weight that is +1 or -1, stored as a bit: no multiplier.
#ifndef QFX_PLUS_MINUS_H_
#define QFX_PLUS_MINUS_H_

#include "qfx/bits.h"

namespace qfx {

struct PlusMinus {
  template <class SUM, class OPERAND>
  static void accumulate(SUM& sum, const OPERAND& x, bool is_plus) {
    QFX_INLINE
    if (is_plus) {
      sum += x;
    } else {
      sum -= x;
    }
  }
};

}  // namespace qfx

#endif  // QFX_PLUS_MINUS_H_
