// The largest value of each window, then one cast. Padding never wins.
#ifndef QFX_MAX_POOL2D_H_
#define QFX_MAX_POOL2D_H_

#include "hls_stream.h"

#include "qfx/sliding_window.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C>
void max_pool2d(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out) {
  SlidingWindow<CONFIG, IN, C> window;
  QFX_LOOP(ROW)
  for (int y = -CONFIG::padding_h; y < CONFIG::in_height + CONFIG::padding_h; ++y) {
    window.start_row(y);
    QFX_LOOP(COLUMN)
    for (int x = -CONFIG::padding_w; x < CONFIG::in_width + CONFIG::padding_w; ++x) {
      window.start_column(x);
      if (window.takes_pixel()) window.store(in.read());
      if (!window.is_due()) continue;

      typename OperandOf<IN>::type best[C];
      QFX_HLS(ARRAY_PARTITION variable = best type = complete)
      QFX_LOOP(CLEAR)
      for (int c = 0; c < C; ++c) {
        QFX_HLS(UNROLL)
        best[c] = 0;
      }
      bool is_first = true;
      QFX_LOOP(TAP_ROW)
      for (int up = CONFIG::reach_h; up >= 0; --up) {
        QFX_LOOP(TAP_COLUMN)
        for (int left = CONFIG::reach_w; left >= 0; --left) {
          QFX_HLS(PIPELINE II = 1)
          if (window.covers(up, left)) {
            QFX_LOOP(CHANNEL)
            for (int c = 0; c < C; ++c) {
              QFX_HLS(UNROLL)
              const typename OperandOf<IN>::type value = window.tap(up, left, c);
              if (is_first || value > best[c]) best[c] = value;
            }
            is_first = false;
          }
        }
      }
      Pixel<OUT, C> result;
      QFX_LOOP(CAST)
      for (int c = 0; c < C; ++c) {
        QFX_HLS(UNROLL)
        result.data[c] = convert<OUT, IN>(best[c]);
      }
      out.write(result);
    }
  }
}

}  // namespace qfx

#endif  // QFX_MAX_POOL2D_H_
