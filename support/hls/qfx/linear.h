// Matrix times vector. The vector arrives as IN_BEATS beats of L elements; each beat is multiplied
// into all outputs, CONFIG::parallelism of them at a time, so that nothing but the sums is stored.
//
// weight[beat][o][lane] is in stream order: the export has permuted the columns where the vector is
// a flattened image. Binary points as in multiply_accumulate.h. The result leaves in beats of M
// neighbouring elements.
#ifndef QFX_LINEAR_H_
#define QFX_LINEAR_H_

#include "qfx/multiply_accumulate.h"

namespace qfx {

QFX_PROCESS
template <class CONFIG, class OUT, int M, class IN, int L>
void linear(Stream<Pixel<OUT, M> >& out, Stream<Pixel<IN, L> >& in,
            const typename CONFIG::weight_t (&weight)[CONFIG::in_beats][CONFIG::out_features][L],
            const signed char (&shift)[CONFIG::out_features],
            const typename CONFIG::bias_t (&bias)[CONFIG::out_features]) {
  static_assert(CONFIG::out_features % CONFIG::parallelism == 0,
                "parallelism must divide the number of outputs");
  static_assert(CONFIG::out_features % M == 0, "a beat divides the output");
  QFX_HLS(ARRAY_RESHAPE variable = weight type = complete dim = 3)
  QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 2)

  typedef typename Sum<CONFIG::sum_width>::type sum_t;
  QFX_BUFFER sum_t sums[CONFIG::out_features];
  QFX_HLS(ARRAY_PARTITION variable = sums type = cyclic factor = CONFIG::parallelism)
  QFX_LOOP(CLEAR, PIPELINED)
  for (int first = 0; first < CONFIG::out_features; first += CONFIG::parallelism) {
    QFX_BODY(PIPELINED)
    QFX_LOOP(CLEAR_OUTPUT, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      sums[first + p] = 0;
    }
  }

  QFX_LOOP(BEAT, SEQUENTIAL)
  for (int beat = 0; beat < CONFIG::in_beats; ++beat) {
    const Pixel<IN, L> pixel = in.read();
    typename OperandOf<IN>::type x[L];
    QFX_HLS(ARRAY_PARTITION variable = x type = complete)
    QFX_LOOP(OPERAND, UNROLLED)
    for (int lane = 0; lane < L; ++lane) {
      QFX_BODY(UNROLLED)
      x[lane] = operand_of(pixel.data[lane]);
    }
    QFX_LOOP(BLOCK, PIPELINED)
    for (int first = 0; first < CONFIG::out_features; first += CONFIG::parallelism) {
      QFX_BODY(PIPELINED)
      QFX_LOOP(OUTPUT, UNROLLED)
      for (int p = 0; p < CONFIG::parallelism; ++p) {
        QFX_BODY(UNROLLED)
        sum_t sum = sums[first + p];
        accumulate<CONFIG>(sum, x, 0, weight[beat][first + p]);
        sums[first + p] = sum;
      }
    }
  }

  QFX_LOOP(RESULT, SEQUENTIAL)
  for (int first = 0; first < CONFIG::out_features; first += M) {
    Pixel<OUT, M> result;
    QFX_LOOP(CAST, PIPELINED)
    for (int lane = 0; lane < M; ++lane) {
      QFX_BODY(PIPELINED)
      const int o = first + lane;
      result.data[lane] = align_and_cast<OUT, CONFIG>(sums[o], shift[o], bias[o]);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_LINEAR_H_
