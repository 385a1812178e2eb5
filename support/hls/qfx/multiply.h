// The product of an activation and a constant, by a multiplier.
#ifndef QFX_MULTIPLY_H_
#define QFX_MULTIPLY_H_

#include "qfx/integer.h"

namespace qfx {

// Constants are signed integers of WIDTH bits.
template <int WIDTH>
struct Multiply {
  template <class SUM, class OPERAND, class CONSTANT>
  static void accumulate(SUM& sum, const OPERAND& x, const CONSTANT& constant) {
    QFX_INLINE
#ifdef QFX_EXACT_WIDTHS
    const Int<WIDTH> factor = constant;
    sum += x * factor;
#else
    sum += static_cast<SUM>(x) * static_cast<SUM>(constant);
#endif
  }
};

}  // namespace qfx

#endif  // QFX_MULTIPLY_H_
