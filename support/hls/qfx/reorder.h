// A flattened image, which streams pixel by pixel, in torch's order: channel outermost. Needed
// where it meets a vector of another order; it holds the whole vector.
#ifndef QFX_REORDER_H_
#define QFX_REORDER_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"

namespace qfx {

template <int BEATS, class T, int C, int M>
void reorder(hls::stream<Pixel<T, C> >& in, hls::stream<Pixel<T, M> >& out) {
  T image[C][BEATS];
  QFX_HLS(ARRAY_PARTITION variable = image type = complete dim = 1)
  QFX_LOOP(READ)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_HLS(PIPELINE II = 1)
    const Pixel<T, C> pixel = in.read();
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      image[c][beat] = pixel.data[c];
    }
  }
  Pixel<T, M> result;
  int lane = 0;
  QFX_LOOP(WRITE_CHANNEL)
  for (int c = 0; c < C; ++c) {
    QFX_LOOP(WRITE)
    for (int beat = 0; beat < BEATS; ++beat) {
      QFX_HLS(PIPELINE II = 1)
      result.data[lane] = image[c][beat];
      if (++lane == M) {
        lane = 0;
        out.write(result);
      }
    }
  }
}

}  // namespace qfx

#endif  // QFX_REORDER_H_
