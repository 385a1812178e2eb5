// One stream to two readers: a stream has one end.
#ifndef QFX_CLONE_H_
#define QFX_CLONE_H_

#include "qfx/vendor.h"

namespace qfx {

QFX_PROCESS
template <int BEATS, class PIXEL>
void clone(Stream<PIXEL>& first, Stream<PIXEL>& second, Stream<PIXEL>& in) {
  QFX_LOOP(BEAT, FREE_RUNNING)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(FREE_RUNNING)
    const PIXEL pixel = in.read();
    first.write(pixel);
    second.write(pixel);
  }
}

}  // namespace qfx

#endif  // QFX_CLONE_H_
