// A row of a matrix whose sum is rounded after every addition (stepwise.h), the inputs in stream
// order: how linear.h adds up.
#ifndef QFX_STEPWISE_ROW_H_
#define QFX_STEPWISE_ROW_H_

#include "qfx/stepwise.h"

namespace qfx {

template <class CONFIG>
struct StepwiseRow {
  typedef typename CONFIG::accumulator_t type;
  typedef typename CONFIG::bias_t bias_t;

  static type begin(const bias_t& bias) {
    QFX_INLINE
    return begin_steps<CONFIG>(bias);
  }
  template <class OPERAND, int L, class WEIGHTS>
  static void add(type& sum, const OPERAND (&x)[L], const Piece& piece, const WEIGHTS& weight,
                  signed char shift) {
    QFX_INLINE
    QFX_LOOP(INPUT, UNROLLED)
    for (int i = 0; i < CONFIG::simd; ++i) {
      QFX_BODY(UNROLLED)
      add_product<CONFIG>(sum, x[piece.first_input + i], weight_at(weight, i), shift);
    }
  }
  template <class OUT>
  static OUT finish(const type& sum, signed char, const bias_t&) {
    QFX_INLINE
    return assign<OUT>(sum);
  }
};

}  // namespace qfx

#endif  // QFX_STEPWISE_ROW_H_
