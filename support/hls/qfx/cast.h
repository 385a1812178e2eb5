// Assignment to another format.
#ifndef QFX_CAST_H_
#define QFX_CAST_H_

#include "qfx/map.h"

namespace qfx {

struct Cast {
  template <class OUT, class IN>
  static OUT of(const IN& x) {
    QFX_INLINE
    return convert<OUT, IN>(raw_of(x));
  }
};

}  // namespace qfx

#endif  // QFX_CAST_H_
