// max(x, 0), then one cast.
#ifndef QFX_RELU_H_
#define QFX_RELU_H_

#include "qfx/map.h"

namespace qfx {

struct Relu {
  template <class OUT, class IN>
  static OUT of(const IN& x) {
    QFX_INLINE
    typename Traits<IN>::raw raw = raw_of(x);
    if (raw < 0) raw = 0;
    return convert<OUT, IN>(raw);
  }
};

}  // namespace qfx

#endif  // QFX_RELU_H_
