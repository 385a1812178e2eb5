// The fractional convolution of an input of four levels and binary weights: a reducer (window.h).
//
// Every output is first the sum over the input's upper plane alone, which is worth +-2. Where that
// exceeds the output's gate it is the sum over both planes. Bits that agree are counted, nothing is
// multiplied. One cast follows.
#ifndef QFX_FRACTIONAL_CONV2D_H_
#define QFX_FRACTIONAL_CONV2D_H_

#include "qfx/any_place.h"
#include "qfx/multiply_accumulate.h"
#include "qfx/xnor.h"

namespace qfx {

// Weights as in multiply_accumulate.h. gate[o] is the largest integer that the upper sum must
// exceed.
template <class CONFIG, class IN, int C>
class FractionalConv2d : public AnyPlace {
 public:
  typedef BitPlanes<IN, C, C / CONFIG::simd, 2> operands;
  typedef Blocks<CONFIG::out_channels, CONFIG::parallelism> outputs;
  typedef GroupCursor<CONFIG, CONFIG::simd> cursor_t;
  static const int blocks = outputs::count, parts = cursor_t::parts, simd = CONFIG::simd;

  typedef const Bits<CONFIG::simd> weights[CONFIG::out_channels][CONFIG::steps];
  typedef const typename CONFIG::gate_t gates[CONFIG::out_channels];

  FractionalConv2d() : first_output_(0) {}

  static void prepare(weights& weight, gates&) {
    QFX_INLINE
    QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 1)
    static_cast<void>(weight);
  }

  void clear(weights&, gates&) {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = upper_ type = complete)
    QFX_HLS(ARRAY_PARTITION variable = lower_ type = complete)
    QFX_LOOP(CLEAR, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      upper_[p] = 0;
      lower_[p] = 0;
    }
  }

  template <class TAP>
  void take(const TAP& tap, int step, int part, int first, weights& weight, gates&) {
    QFX_INLINE
    cursor_t cursor = cursor_;
    QFX_LOOP(OUTPUT, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      if (outputs::holds(first_output_ + p)) {
        const Bits<CONFIG::simd>& factor = weight[first_output_ + p][step];
        const int piece = cursor.piece(part, first).index;
        upper_[p] += agreement(tap[piece].plane[1], factor);
        lower_[p] += agreement(tap[piece].plane[0], factor);
      }
      cursor.next();
    }
  }

  template <class OUT>
  void give(Pixel<OUT, CONFIG::out_channels>& result, weights&, gates& gate) {
    QFX_INLINE
    QFX_LOOP(CAST, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      const int o = first_output_ + p;
      if (outputs::holds(o)) {
        Int<CONFIG::sum_width> sum = upper_[p];
        sum <<= 1;
        if (sum > gate[o]) sum += lower_[p];
        result.data[o] = cast_sum<OUT, CONFIG::sum_width, 0>(sum);
      }
      cursor_.next();
    }
    first_output_ += CONFIG::parallelism;
  }

 private:
#ifdef QFX_EXACT_WIDTHS
  typedef Int<CONFIG::sum_width> sum_t;
#else
  typedef int sum_t;
#endif

  sum_t upper_[CONFIG::parallelism], lower_[CONFIG::parallelism];
  int first_output_;  // of the block
  cursor_t cursor_;   // at the block's first output
};

}  // namespace qfx

#endif  // QFX_FRACTIONAL_CONV2D_H_
