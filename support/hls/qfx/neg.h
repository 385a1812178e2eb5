// -x: one bit wider than x, then one cast.
#ifndef QFX_NEG_H_
#define QFX_NEG_H_

#include "qfx/map.h"

namespace qfx {

struct Neg {
  template <class OUT, class IN>
  static OUT of(const IN& x) {
    QFX_INLINE
    return assign<OUT>(-x);
  }
};

}  // namespace qfx

#endif  // QFX_NEG_H_
