// A flattened image, which streams pixel by pixel, in torch's order: channel outermost. Needed
// where it meets a vector of another order; it holds the whole vector.
#ifndef QFX_REORDER_H_
#define QFX_REORDER_H_

#include "qfx/pixel.h"
#include "qfx/vendor.h"

namespace qfx {

QFX_PROCESS
template <int BEATS, class T, int M, int C>
void reorder(Stream<Pixel<T, M> >& out, Stream<Pixel<T, C> >& in) {
  QFX_BUFFER T image[C][BEATS];
  QFX_HLS(ARRAY_PARTITION variable = image type = complete dim = 1)
  QFX_LOOP(READ, PIPELINED)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(PIPELINED)
    const Pixel<T, C> pixel = in.read();
    QFX_LOOP(CHANNEL, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      image[c][beat] = pixel.data[c];
    }
  }
  Pixel<T, M> result;
  int lane = 0;
  QFX_LOOP(WRITE_CHANNEL, SEQUENTIAL)
  for (int c = 0; c < C; ++c) {
    QFX_LOOP(WRITE, PIPELINED)
    for (int beat = 0; beat < BEATS; ++beat) {
      QFX_BODY(PIPELINED)
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
