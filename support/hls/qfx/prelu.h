// x where x >= 0, else slope * x: exact product, one cast. Also leaky_relu, whose slope is the same
// in every channel.
//
// Both sides end on the grid of the sum: a product is shifted by the channel's `shift`, x itself by
// CONFIG::places. Rows of constants as in batch_norm.h.
#ifndef QFX_PRELU_H_
#define QFX_PRELU_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C>
void prelu(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out,
           const typename CONFIG::weight_t slope[CONFIG::table_beats][C],
           const signed char shift[CONFIG::table_beats][C]) {
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  QFX_HLS(ARRAY_RESHAPE variable = slope type = complete dim = 2)
  QFX_HLS(ARRAY_RESHAPE variable = shift type = complete dim = 2)
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < CONFIG::beats; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const int row = CONFIG::table_beats == 1 ? 0 : beat;
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      const typename Traits<IN>::raw raw = raw_of(pixel.data[c]);
      sum_t sum = 0;
      if (raw < 0) {
        CONFIG::product::accumulate(sum, operand_of(pixel.data[c]), slope[row][c]);
        sum <<= shift[row][c];
      } else {
        sum += operand_of(pixel.data[c]);
        sum <<= CONFIG::places;
      }
      result.data[c] = cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_PRELU_H_
