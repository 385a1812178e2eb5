// min(max(x, MIN), MAX), then one cast.
//
// CONFIG holds the bounds twice: rounded inwards to x's grid, where x is compared with them (below,
// above), and exactly, on the grid of the result (low, high), which is 2^places finer than x's.
#ifndef QFX_CLIP_H_
#define QFX_CLIP_H_

#include <stdint.h>

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C>
void clip(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out) {
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  const int64_t below = CONFIG::below;
  const int64_t above = CONFIG::above;
  const int64_t low = CONFIG::low;
  const int64_t high = CONFIG::high;
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < CONFIG::beats; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      const typename Traits<IN>::raw raw = raw_of(pixel.data[c]);
      sum_t value = 0;
      if (raw < below) {
        value = static_cast<sum_t>(low);
      } else if (raw > above) {
        value = static_cast<sum_t>(high);
      } else {
        value += operand_of(pixel.data[c]);
        value <<= CONFIG::places;
      }
      result.data[c] = cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(value);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_CLIP_H_
