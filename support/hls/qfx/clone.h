// One stream to two readers: a stream has one end.
#ifndef QFX_CLONE_H_
#define QFX_CLONE_H_

#include "hls_stream.h"

#include "qfx/pragma.h"

namespace qfx {

template <int BEATS, class PIXEL>
void clone(hls::stream<PIXEL>& in, hls::stream<PIXEL>& first, hls::stream<PIXEL>& second) {
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const PIXEL pixel = in.read();
    first.write(pixel);
    second.write(pixel);
  }
}

}  // namespace qfx

#endif  // QFX_CLONE_H_
