// What a reducer (window.h) inherits that is the same at every place of its window.
#ifndef QFX_ANY_PLACE_H_
#define QFX_ANY_PLACE_H_

#include "qfx/vendor.h"

namespace qfx {

class AnyPlace {
 public:
  void go_to(int, int) { QFX_INLINE }
};

}  // namespace qfx

#endif  // QFX_ANY_PLACE_H_
