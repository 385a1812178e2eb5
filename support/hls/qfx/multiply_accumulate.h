// Products added up, exactly: what convolutions and matrices are made of, and the reducer
// (window.h) of convolutions.
//
// The sum of output o has the binary point of its weights; `shift[o]` aligns it to the finest grid
// of the layer, on which `bias[o]` already lies. One cast follows.
#ifndef QFX_MULTIPLY_ACCUMULATE_H_
#define QFX_MULTIPLY_ACCUMULATE_H_

#include "qfx/any_place.h"
#include "qfx/products.h"

namespace qfx {

template <class OUT, class CONFIG, class SUM>
OUT align_and_cast(SUM sum, signed char shift, const typename CONFIG::bias_t& bias) {
  QFX_INLINE
  sum <<= shift;
  sum += bias;
  return cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
}

// Which input channels an output channel reads: those of its group, SIMD at a step.
template <class CONFIG, int SIMD>
struct GroupCursor {
  static_assert(CONFIG::group_channels % SIMD == 0, "simd divides a group's inputs");
  static const int parts = CONFIG::group_channels / SIMD;

  Piece first;  // of the group
  int output;   // within the group
  GroupCursor() : output(0) {}
  void next() {
    QFX_INLINE
    if (++output == CONFIG::out_channels / CONFIG::groups) {
      output = 0;
      first.index += parts;
      first.first_input += CONFIG::group_channels;
    }
  }
  // The part of the group whose first channel is `input`.
  Piece piece(int part, int input) const {
    QFX_INLINE
    Piece result = first;
    result.index += part;
    result.first_input += input;
    return result;
  }
};

// CONFIG::parallelism output channels are a block; CONFIG::simd inputs of each are multiplied at a
// step. weight[o][step] are their weights; steps are taps in row-major order of the kernel, and
// pieces of the group's inputs within a tap.
template <class CONFIG, class IN, int C>
class MultiplyAccumulate : public AnyPlace {
 public:
  typedef ProductOperands<typename CONFIG::product, IN, C, C / CONFIG::simd> operands;
  typedef Blocks<CONFIG::out_channels, CONFIG::parallelism> outputs;
  typedef GroupCursor<CONFIG, CONFIG::simd> cursor_t;
  static const int blocks = outputs::count, parts = cursor_t::parts, simd = CONFIG::simd;

  typedef const typename Weights<typename CONFIG::weight_t, CONFIG::simd>::type
      weights[CONFIG::out_channels][CONFIG::steps];
  typedef const signed char shifts[CONFIG::out_channels];
  typedef const typename CONFIG::bias_t biases[CONFIG::out_channels];

  MultiplyAccumulate() : first_output_(0) {}

  static void prepare(weights& weight, shifts&, biases&) {
    QFX_INLINE
    QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 1)
    read_at_once(weight);
  }

  void clear(weights&, shifts&, biases&) {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = sums_ type = complete)
    QFX_LOOP(CLEAR, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      sums_[p] = 0;
    }
  }

  template <class TAP>
  void take(const TAP& tap, int step, int part, int first, weights& weight, shifts&, biases&) {
    QFX_INLINE
    cursor_t cursor = cursor_;
    QFX_LOOP(OUTPUT, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      if (outputs::holds(first_output_ + p)) {
        sum_t sum = sums_[p];
        accumulate<CONFIG>(sum, tap, cursor.piece(part, first), weight[first_output_ + p][step]);
        sums_[p] = sum;
      }
      cursor.next();
    }
  }

  template <class OUT>
  void give(Pixel<OUT, CONFIG::out_channels>& result, weights&, shifts& shift, biases& bias) {
    QFX_INLINE
    QFX_LOOP(CAST, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      const int o = first_output_ + p;
      if (outputs::holds(o))
        result.data[o] = align_and_cast<OUT, CONFIG>(sums_[p], shift[o], bias[o]);
      cursor_.next();
    }
    first_output_ += CONFIG::parallelism;
  }

 private:
  typedef typename Sum<CONFIG::sum_width>::type sum_t;

  sum_t sums_[CONFIG::parallelism];
  int first_output_;  // of the block
  cursor_t cursor_;   // at the block's first output
};

}  // namespace qfx

#endif  // QFX_MULTIPLY_ACCUMULATE_H_
