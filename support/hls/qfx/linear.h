// Matrix times vector. The vector arrives as IN_BEATS beats of L elements; each beat is multiplied
// into all outputs, CONFIG::parallelism of them at a time and CONFIG::simd of its elements, so that
// nothing but the sums is stored.
//
//   linear<CONFIG>(out, in, weight, shift, bias)
//   linear<CONFIG, StepwiseRow>(out, in, weight, shift, bias)
//
// weight[step][o] has a weight for each of simd lanes, in stream order: the export has permuted the
// columns where the vector is a flattened image. A step is a piece of a beat. Binary points as in
// multiply_accumulate.h. The result leaves in beats of M neighbouring elements.
#ifndef QFX_LINEAR_H_
#define QFX_LINEAR_H_

#include "qfx/multiply_accumulate.h"

namespace qfx {

// Exact sums. A ROW<CONFIG> is the sum of one output: `type`, begin(bias), add(sum, operands of a
// beat, the piece, its weights, shift), and finish<OUT>(sum, shift, bias).
template <class CONFIG>
struct ExactRow {
  typedef typename Sum<CONFIG::sum_width>::type type;
  typedef typename CONFIG::bias_t bias_t;

  static type begin(const bias_t&) { return 0; }
  template <class OPERANDS, class WEIGHTS>
  static void add(type& sum, const OPERANDS& x, const Piece& piece, const WEIGHTS& weight,
                  signed char) {
    QFX_INLINE
    accumulate<CONFIG>(sum, x, piece, weight);
  }
  template <class OUT>
  static OUT finish(const type& sum, signed char shift, const bias_t& bias) {
    QFX_INLINE
    return align_and_cast<OUT, CONFIG>(sum, shift, bias);
  }
};

QFX_PROCESS
template <class CONFIG, template <class> class ROW = ExactRow, class OUT, int M, class IN, int L>
void linear(Stream<Pixel<OUT, M> >& out, Stream<Pixel<IN, L> >& in,
            const typename Weights<typename CONFIG::weight_t, CONFIG::simd>::type (
                &weight)[CONFIG::steps][CONFIG::out_features],
            const signed char (&shift)[CONFIG::out_features],
            const typename CONFIG::bias_t (&bias)[CONFIG::out_features]) {
  static_assert(L % CONFIG::simd == 0, "simd divides a beat's elements");
  static_assert(CONFIG::out_features % M == 0, "a beat divides the output");
  QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 2)
  read_at_once(weight);

  typedef ROW<CONFIG> row_t;
  typedef ProductOperands<typename CONFIG::product, IN, L, L / CONFIG::simd> operands_t;
  typedef Blocks<CONFIG::out_features, CONFIG::parallelism> outputs;
  QFX_BUFFER typename row_t::type sums[CONFIG::out_features];
  QFX_HLS(ARRAY_PARTITION variable = sums type = cyclic factor = CONFIG::parallelism)
  QFX_LOOP(CLEAR, PIPELINED)
  for (int first = 0; first < CONFIG::out_features; first += CONFIG::parallelism) {
    QFX_BODY(PIPELINED)
    QFX_LOOP(CLEAR_OUTPUT, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      if (outputs::holds(first + p)) sums[first + p] = row_t::begin(bias[first + p]);
    }
  }

  int step = 0;
  QFX_LOOP(BEAT, SEQUENTIAL)
  for (int beat = 0; beat < CONFIG::in_beats; ++beat) {
    typename operands_t::type x;
    QFX_HLS(ARRAY_PARTITION variable = x type = complete)
    operands_t::store(x, in.read());
    Piece piece;
    QFX_LOOP(PIECE, SEQUENTIAL)
    for (int part = 0; part < L / CONFIG::simd; ++part) {
      QFX_LOOP(BLOCK, PIPELINED)
      for (int first = 0; first < CONFIG::out_features; first += CONFIG::parallelism) {
        QFX_BODY(PIPELINED)
        QFX_LOOP(OUTPUT, UNROLLED)
        for (int p = 0; p < CONFIG::parallelism; ++p) {
          QFX_BODY(UNROLLED)
          const int o = first + p;
          if (outputs::holds(o)) {
            typename row_t::type sum = sums[o];
            row_t::add(sum, x, piece, weight[step][o], shift[o]);
            sums[o] = sum;
          }
        }
      }
      ++step;
      ++piece.index;
      piece.first_input += CONFIG::simd;
    }
  }

  QFX_LOOP(RESULT, SEQUENTIAL)
  for (int first = 0; first < CONFIG::out_features; first += M) {
    Pixel<OUT, M> result;
    QFX_LOOP(CAST, PIPELINED)
    for (int lane = 0; lane < M; ++lane) {
      QFX_BODY(PIPELINED)
      const int o = first + lane;
      result.data[lane] = row_t::template finish<OUT>(sums[o], shift[o], bias[o]);
    }
    out.write(result);
  }
}

}  // namespace qfx

#endif  // QFX_LINEAR_H_
