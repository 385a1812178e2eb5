// scale * x + offset, the affine map that a batch normalisation is once trained: exact product,
// exact sum, one cast.
//
// An image has one row of constants for all its pixels; a vector has one for each beat (table_beats
// is then the number of beats). Binary points as in conv2d.h.
#ifndef QFX_BATCH_NORM_H_
#define QFX_BATCH_NORM_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int C>
void batch_norm(hls::stream<Pixel<IN, C> >& in, hls::stream<Pixel<OUT, C> >& out,
                const typename CONFIG::weight_t scale[CONFIG::table_beats][C],
                const signed char shift[CONFIG::table_beats][C],
                const typename CONFIG::bias_t offset[CONFIG::table_beats][C]) {
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  QFX_HLS(ARRAY_RESHAPE variable = scale type = complete dim = 2)
  QFX_HLS(ARRAY_RESHAPE variable = shift type = complete dim = 2)
  QFX_HLS(ARRAY_RESHAPE variable = offset type = complete dim = 2)
  QFX_LOOP(BEAT)
  for (int beat = 0; beat < CONFIG::beats; ++beat) {
    QFX_HLS(PIPELINE II = 1 style = flp)
    const int row = CONFIG::table_beats == 1 ? 0 : beat;
    const Pixel<IN, C> pixel = in.read();
    Pixel<OUT, C> result;
    QFX_LOOP(CHANNEL)
    for (int c = 0; c < C; ++c) {
      QFX_HLS(UNROLL)
      sum_t sum = 0;
      CONFIG::product::accumulate(sum, operand_of(pixel.data[c]), scale[row][c]);
      sum <<= shift[row][c];
      sum += offset[row][c];
      result.data[c] = cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_BATCH_NORM_H_
