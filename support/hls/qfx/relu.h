// max(x, 0), then one cast.
#ifndef QFX_RELU_H_
#define QFX_RELU_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

template <int BEATS, class IN, class OUT, int C>
void relu(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out) {
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      typename Traits<IN>::raw raw = raw_of(pixel.data[c]);
      if (raw < 0) raw = 0;
      result.data[c] = convert<OUT, IN>(raw);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_RELU_H_
