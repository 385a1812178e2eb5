// The sum of two streams of one shape, formats of their own: the vendor's exact result, one cast.
#ifndef QFX_ADD_H_
#define QFX_ADD_H_

#include "qfx/aligned.h"
#include "qfx/map.h"

namespace qfx {

struct Add {
  template <class OUT, class A, class B>
  static OUT of(const A& a, const B& b) {
    QFX_INLINE
    return assign_sum<OUT>(a, b);
  }
};

}  // namespace qfx

#endif  // QFX_ADD_H_
