// Each element as so many levels: +1 for every threshold that it reaches, else -1. The result is a
// value of the destination already, there is no cast.
#ifndef QFX_THERMOMETER_H_
#define QFX_THERMOMETER_H_

#include <stdint.h>

#include "qfx/packer.h"
#include "qfx/raw.h"

namespace qfx {

template <class OUT, class IN>
OUT thermometer_level(const IN& x, int64_t threshold) {
  QFX_INLINE
  return from_raw<OUT>(operand_of(x) >= threshold ? 1 : -1);
}

// Of an image: the levels of a channel side by side. threshold[c][level] is a raw value.
QFX_PROCESS
template <int BEATS, class OUT, int M, class IN, int C, int LEVELS>
void thermometer(Stream<Pixel<OUT, M> >& out, Stream<Pixel<IN, C> >& in,
                 const int64_t (&threshold)[C][LEVELS]) {
  QFX_LOOP(BEAT, FREE_RUNNING)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(FREE_RUNNING)
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, M> result;
    int lane = 0;
    QFX_LOOP(CHANNEL, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      QFX_LOOP(LEVEL, UNROLLED)
      for (int level = 0; level < LEVELS; ++level) {
        QFX_BODY(UNROLLED)
        result.data[lane++] = thermometer_level<OUT>(pixel.data[c], threshold[c][level]);
      }
    }
    out.write(result);
  }
}

// Of a vector of N elements: one behind the other, a level a cycle.
QFX_PROCESS
template <int BEATS, class OUT, int M, class IN, int C, int N, int LEVELS>
void thermometer_vector(Stream<Pixel<OUT, M> >& out, Stream<Pixel<IN, C> >& in,
                        const int64_t (&threshold)[N][LEVELS]) {
  Packer<OUT, M> packer;
  int element = 0;
  QFX_LOOP(BEAT, SEQUENTIAL)
  for (int beat = 0; beat < BEATS; ++beat) {
    const Pixel<IN, C> pixel = in.read();
    QFX_LOOP(LANE, SEQUENTIAL)
    for (int lane = 0; lane < C; ++lane) {
      QFX_LOOP(LEVEL, PIPELINED)
      for (int level = 0; level < LEVELS; ++level) {
        QFX_BODY(PIPELINED)
        packer.put(thermometer_level<OUT>(pixel.data[lane], threshold[element][level]), out);
      }
      ++element;
    }
  }
}

}  // namespace qfx

#endif  // QFX_THERMOMETER_H_
