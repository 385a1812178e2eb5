// An image times the gate of each channel, which repeat.h brings with every pixel: the product of two
// streams, as in mul.h.
#ifndef QFX_GATE_H_
#define QFX_GATE_H_

#include "qfx/map.h"

namespace qfx {

struct Gate {
  template <class OUT, class A, class B>
  static OUT of(const A& a, const B& b) {
    QFX_INLINE
    return assign<OUT>(a * b);
  }
};

}  // namespace qfx

#endif  // QFX_GATE_H_
