// A stream passed on as it is: what is left of a model that only renames its input.
#ifndef QFX_COPY_H_
#define QFX_COPY_H_

#include "hls_stream.h"

#include "qfx/pragma.h"

namespace qfx {

template <int BEATS, class PIXEL>
void copy(hls::stream<PIXEL>& in, hls::stream<PIXEL>& out) {
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    out.write(in.read());
  }
}

}  // namespace qfx

#endif  // QFX_COPY_H_
