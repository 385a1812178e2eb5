// Two streams of one shape, formats of their own, element by element: the vendor's exact result, one
// cast. add.h, sub.h and mul.h name the operation.
#ifndef QFX_PAIRWISE_H_
#define QFX_PAIRWISE_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

// OPERATION::result<OUT>(x, y) is the exact result assigned to OUT.
template <int BEATS, class OPERATION, class A, class B, class OUT, int C>
void pairwise(hls::stream<Pixel<A, C> >& a, hls::stream<Pixel<B, C> >& b,
              hls::stream<Pixel<OUT, C> >& out) {
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < BEATS; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const Pixel<A, C> x = a.read();
    const Pixel<B, C> y = b.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      result.data[c] = OPERATION::template result<OUT>(x.data[c], y.data[c]);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_PAIRWISE_H_
