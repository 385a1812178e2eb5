// Matrix times vector. The vector arrives as IN_BEATS beats of L elements; each beat is multiplied
// into all outputs, CONFIG::parallelism of them at a time, so that nothing but the sums is stored.
//
// weight[beat][o][lane] is in stream order: the export has permuted the columns where the vector is
// a flattened image. Binary points as in conv2d.h. The result leaves in beats of M neighbouring
// elements.
#ifndef QFX_LINEAR_H_
#define QFX_LINEAR_H_

#include "hls_stream.h"

#include "qfx/pixel.h"
#include "qfx/pragma.h"
#include "qfx/raw.h"

namespace qfx {

template <class CONFIG, class IN, class OUT, int L, int M>
void linear(hls::stream<Pixel<IN, L> >& in, hls::stream<Pixel<OUT, M> >& out,
            const typename CONFIG::weight_t weight[CONFIG::in_beats][CONFIG::out_features][L],
            const signed char shift[CONFIG::out_features],
            const typename CONFIG::bias_t bias[CONFIG::out_features]) {
  static_assert(CONFIG::out_features % CONFIG::parallelism == 0,
                "parallelism must divide the number of outputs");
  static_assert(CONFIG::out_features % M == 0, "a beat divides the output");
  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  QFX_HLS(ARRAY_RESHAPE variable = weight type = complete dim = 3)
  QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 2)

  sum_t sums[CONFIG::out_features];
  QFX_HLS(ARRAY_PARTITION variable = sums type = cyclic factor = CONFIG::parallelism)
  QFX_LOOP(CLEAR)
  for (int o = 0; o < CONFIG::out_features; ++o) {
    QFX_HLS(UNROLL factor = CONFIG::parallelism)
    sums[o] = 0;
  }

  QFX_LOOP(BEAT)
  for (int beat = 0; beat < CONFIG::in_beats; ++beat) {
    const Pixel<IN, L> pixel = in.read();
    typename OperandOf<IN>::type x[L];
    QFX_HLS(ARRAY_PARTITION variable = x type = complete)
    QFX_LOOP(OPERAND)
    for (int lane = 0; lane < L; ++lane) {
      QFX_HLS(UNROLL)
      x[lane] = operand_of(pixel.data[lane]);
    }
    QFX_LOOP(OUTPUT)
    for (int o = 0; o < CONFIG::out_features; ++o) {
      QFX_HLS(PIPELINE II = 1)
      QFX_HLS(UNROLL factor = CONFIG::parallelism)
      sum_t sum = sums[o];
      QFX_LOOP(INPUT)
      for (int lane = 0; lane < L; ++lane) {
        QFX_HLS(UNROLL)
        CONFIG::product::accumulate(sum, x[lane], weight[beat][o][lane]);
      }
      sums[o] = sum;
    }
  }

  QFX_LOOP(RESULT)
  for (int first = 0; first < CONFIG::out_features; first += M) {
    Pixel<OUT, M> result;
    QFX_LOOP(CAST)
    for (int lane = 0; lane < M; ++lane) {
      QFX_HLS(PIPELINE II = 1)
      sum_t sum = sums[first + lane];
      sum <<= shift[first + lane];
      sum += bias[first + lane];
      result.data[lane] = cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_LINEAR_H_
