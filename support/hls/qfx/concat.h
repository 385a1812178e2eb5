// Streams of several tensors as one, each value cast to the common format: images pixel by pixel,
// the lanes of one behind the lanes of the other; vectors one after the other. Variadic templates,
// C++11 at least.
#ifndef QFX_CONCAT_H_
#define QFX_CONCAT_H_

#include "qfx/packer.h"
#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

// From lane AT on, the pixels that the streams hold next.
template <int AT, class OUT, int C>
void fill_lanes(Pixel<OUT, C>&) {
  static_assert(AT == C, "the inputs' channels add up to the output's");
}
template <int AT, class OUT, int C, class IN, int N, class... REST>
void fill_lanes(Pixel<OUT, C>& result, Stream<Pixel<IN, N> >& first, REST&... rest) {
  QFX_INLINE
  const Pixel<IN, N> pixel = first.read();
  QFX_LOOP(CHANNEL, UNROLLED)
  for (int c = 0; c < N; ++c) {
    QFX_BODY(UNROLLED)
    result.data[AT + c] = convert<OUT, IN>(raw_of(pixel.data[c]));
  }
  fill_lanes<AT + N>(result, rest...);
}

QFX_PROCESS
template <int BEATS, class OUT, int C, class... IN>
void concat(Stream<Pixel<OUT, C> >& out, Stream<IN>&... in) {
  QFX_LOOP(BEAT, PIPELINED)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_BODY(PIPELINED)
    Pixel<OUT, C> result;
    fill_lanes<0>(result, in...);
    out.write(result);
  }
}

template <class OUT, int C>
void append(Packer<OUT, C>&, Stream<Pixel<OUT, C> >&) {}
template <int BEATS, int... REST_BEATS, class OUT, int C, class IN, int N, class... REST>
void append(Packer<OUT, C>& packer, Stream<Pixel<OUT, C> >& out, Stream<Pixel<IN, N> >& first,
            REST&... rest) {
  QFX_INLINE
  QFX_LOOP(BEAT, SEQUENTIAL)
  for (int beat = 0; beat < BEATS; ++beat) {
    const Pixel<IN, N> pixel = first.read();
    QFX_LOOP(LANE, PIPELINED)
    for (int lane = 0; lane < N; ++lane) {
      QFX_BODY(PIPELINED)
      packer.put(convert<OUT, IN>(raw_of(pixel.data[lane])), out);
    }
  }
  append<REST_BEATS...>(packer, out, rest...);
}

// BEATS: of each input.
QFX_PROCESS
template <int... BEATS, class OUT, int C, class... IN>
void concat_vectors(Stream<Pixel<OUT, C> >& out, Stream<IN>&... in) {
  Packer<OUT, C> packer;
  append<BEATS...>(packer, out, in...);
}

}  // namespace qfx

#endif  // QFX_CONCAT_H_
