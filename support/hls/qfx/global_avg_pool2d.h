// The exact mean of each channel over the whole image, rounded once (mean.h).
#ifndef QFX_GLOBAL_AVG_POOL2D_H_
#define QFX_GLOBAL_AVG_POOL2D_H_

#include "hls_stream.h"

#include "qfx/mean.h"
#include "qfx/pixel.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C>
void global_avg_pool2d(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out,
                       const unsigned reciprocal[CONFIG::reciprocal_words]) {
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  sum_t sums[C];
  QFX_HLS(ARRAY_PARTITION variable = sums type = complete)
  QFX_LOOP(CLEAR)
  for (int c = 0; c < C; ++c) {
    QFX_HLS(UNROLL)
    sums[c] = 0;
  }
  QFX_LOOP(PIXEL)
  for (int beat = 0; beat < CONFIG::in_beats; ++beat) {
    QFX_HLS(PIPELINE II = 1)
    const Pixel<IN, C> pixel = in.read();
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      sums[c] += operand_of(pixel.data[c]);
    }
  }
  Pixel<OUT, C> result;
  QFX_LOOP(CAST)
  for (int c = 0; c < C; ++c) {
    QFX_HLS(PIPELINE II = 1)
    result.data[c] = mean<OUT, CONFIG>(sums[c], reciprocal);
  }
  out.write(result);
}

}  // namespace qfx

#endif  // QFX_GLOBAL_AVG_POOL2D_H_
