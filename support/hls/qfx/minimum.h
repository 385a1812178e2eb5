// The smaller of two streams of one shape, formats of their own: compared exactly, then one cast.
// The sign of the difference decides, as in maximum.h.
#ifndef QFX_MINIMUM_H_
#define QFX_MINIMUM_H_

#include "qfx/map.h"

namespace qfx {

struct Minimum {
  template <class OUT, class A, class B>
  static OUT of(const A& a, const B& b) {
    QFX_INLINE
    return a - b < 0 ? assign<OUT>(a) : assign<OUT>(b);
  }
};

}  // namespace qfx

#endif  // QFX_MINIMUM_H_
