// A vector, read once, to every pixel of an image: the gates of its channels.
#ifndef QFX_REPEAT_H_
#define QFX_REPEAT_H_

#include "qfx/pixel.h"
#include "qfx/vendor.h"

namespace qfx {

// C = BEATS * M lanes.
QFX_PROCESS
template <int BEATS, int TIMES, class T, int C, int M>
void repeat(Stream<Pixel<T, C> >& out, Stream<Pixel<T, M> >& in) {
  Pixel<T, C> whole;
  QFX_HLS(ARRAY_PARTITION variable = whole.data type = complete dim = 1)
  QFX_LOOP(READ, PIPELINED)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(PIPELINED)
    const Pixel<T, M> part = in.read();
    QFX_LOOP(LANE, UNROLLED)
    for (int lane = 0; lane < M; ++lane) {
      QFX_BODY(UNROLLED)
      whole.data[beat * M + lane] = part.data[lane];
    }
  }
  QFX_LOOP(WRITE, PIPELINED)
  for (int time = 0; time < TIMES; ++time) {
    QFX_BODY(PIPELINED)
    out.write(whole);
  }
}

}  // namespace qfx

#endif  // QFX_REPEAT_H_
