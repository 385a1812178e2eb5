// The difference of two streams of one shape, formats of their own: the vendor's exact result, one
// cast.
#ifndef QFX_SUB_H_
#define QFX_SUB_H_

#include "qfx/aligned.h"
#include "qfx/map.h"

namespace qfx {

struct Sub {
  template <class OUT, class A, class B>
  static OUT of(const A& a, const B& b) {
    QFX_INLINE
    return assign_difference<OUT>(a, b);
  }
};

}  // namespace qfx

#endif  // QFX_SUB_H_
