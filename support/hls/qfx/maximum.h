// The larger of two streams of one shape, formats of their own: compared exactly, then one cast.
// The sign of the difference decides, because a vendor's comparison may take a negative number for
// a large one where the other is unsigned (docs/header_defects.md).
#ifndef QFX_MAXIMUM_H_
#define QFX_MAXIMUM_H_

#include "qfx/map.h"

namespace qfx {

struct Maximum {
  template <class OUT, class A, class B>
  static OUT of(const A& a, const B& b) {
    QFX_INLINE
    return a - b < 0 ? assign<OUT>(b) : assign<OUT>(a);
  }
};

}  // namespace qfx

#endif  // QFX_MAXIMUM_H_
