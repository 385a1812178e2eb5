// |x|: the exact magnitude, one bit wider than a signed x, then one cast.
#ifndef QFX_ABS_H_
#define QFX_ABS_H_

#include "qfx/map.h"

namespace qfx {

struct Abs {
  template <class OUT, class IN>
  static OUT of(const IN& x) {
    QFX_INLINE
    return raw_of(x) < 0 ? assign<OUT>(-x) : assign<OUT>(x);
  }
};

}  // namespace qfx

#endif  // QFX_ABS_H_
