// Elements on their way into beats of C lanes.
#ifndef QFX_PACKER_H_
#define QFX_PACKER_H_

#include "qfx/pixel.h"
#include "qfx/vendor.h"

namespace qfx {

template <class OUT, int C>
struct Packer {
  Pixel<OUT, C> beat;
  int lane;

  Packer() : lane(0) {}

  void put(const OUT& value, Stream<Pixel<OUT, C> >& out) {
    QFX_INLINE
    beat.data[lane] = value;
    if (++lane == C) {
      lane = 0;
      out.write(beat);
    }
  }
};

}  // namespace qfx

#endif  // QFX_PACKER_H_
