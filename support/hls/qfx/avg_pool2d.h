// The exact mean of each window, padding counted as zeros, rounded once (mean.h).
#ifndef QFX_AVG_POOL2D_H_
#define QFX_AVG_POOL2D_H_

#include "hls_stream.h"

#include "qfx/mean.h"
#include "qfx/sliding_window.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C>
void avg_pool2d(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out,
                const unsigned reciprocal[CONFIG::reciprocal_words]) {
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  SlidingWindow<CONFIG, IN, C> window;
  QFX_LOOP(ROW)
  for (int y = -CONFIG::padding_h; y < CONFIG::in_height + CONFIG::padding_h; ++y) {
    window.start_row(y);
    QFX_LOOP(COLUMN)
    for (int x = -CONFIG::padding_w; x < CONFIG::in_width + CONFIG::padding_w; ++x) {
      window.start_column(x);
      if (window.takes_pixel()) window.store(in.read());
      if (!window.is_due()) continue;

      sum_t sums[C];
      QFX_HLS(ARRAY_PARTITION variable = sums type = complete)
      QFX_LOOP(CLEAR)
      for (int c = 0; c < C; ++c) {
        QFX_HLS(UNROLL)
        sums[c] = 0;
      }
      QFX_LOOP(TAP_ROW)
      for (int up = CONFIG::reach_h; up >= 0; --up) {
        QFX_LOOP(TAP_COLUMN)
        for (int left = CONFIG::reach_w; left >= 0; --left) {
          QFX_HLS(PIPELINE II = 1)
          if (window.covers(up, left)) {
            QFX_LOOP(CHANNEL)
            for (int c = 0; c < C; ++c) {
              QFX_HLS(UNROLL)
              sums[c] += window.tap(up, left, c);
            }
          }
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
  }
}

}  // namespace qfx

#endif  // QFX_AVG_POOL2D_H_
