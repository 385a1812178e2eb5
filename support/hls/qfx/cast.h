// Assignment to another format.
#ifndef QFX_CAST_H_
#define QFX_CAST_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

template <int BEATS, class IN, class OUT, int C>
void cast(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out) {
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      result.data[c] = convert<OUT, IN>(raw_of(pixel.data[c]));
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_CAST_H_
