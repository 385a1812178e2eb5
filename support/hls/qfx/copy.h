// A stream passed on as it is: what is left of a model that only renames its input.
#ifndef QFX_COPY_H_
#define QFX_COPY_H_

#include "qfx/vendor.h"

namespace qfx {

QFX_PROCESS
template <int BEATS, class PIXEL>
void copy(Stream<PIXEL>& out, Stream<PIXEL>& in) {
  QFX_LOOP(BEAT, FREE_RUNNING)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(FREE_RUNNING)
    out.write(in.read());
  }
}

}  // namespace qfx

#endif  // QFX_COPY_H_
