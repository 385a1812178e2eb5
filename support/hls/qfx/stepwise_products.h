// A convolution whose sums are rounded after every addition (stepwise.h): a reducer (window.h).
//
// The bias comes first, then the products of the group's first channel in row-major order of the
// kernel, then those of the next. So a block is one input channel of CONFIG::parallelism outputs.
// weight[o][tap] are the weights of a group's inputs.
#ifndef QFX_STEPWISE_PRODUCTS_H_
#define QFX_STEPWISE_PRODUCTS_H_

#include "qfx/any_place.h"
#include "qfx/multiply_accumulate.h"
#include "qfx/stepwise.h"

namespace qfx {

// The other tables as in multiply_accumulate.h.
template <class CONFIG, class IN, int C>
class StepwiseProducts : public AnyPlace {
 public:
  typedef Operands<IN, C> operands;
  typedef Blocks<CONFIG::out_channels, CONFIG::parallelism> outputs;
  typedef GroupCursor<CONFIG, CONFIG::group_channels> cursor_t;
  typedef const typename Weights<typename CONFIG::weight_t, CONFIG::group_channels>::type
      weights[CONFIG::out_channels][CONFIG::taps];
  typedef const signed char shifts[CONFIG::out_channels];
  typedef const typename CONFIG::bias_t biases[CONFIG::out_channels];

  static const int blocks = CONFIG::blocks, parts = 1, simd = CONFIG::group_channels;

  StepwiseProducts() : first_output_(0), channel_(0) {}

  static void prepare(weights& weight, shifts&, biases&) {
    QFX_INLINE
    QFX_HLS(ARRAY_RESHAPE variable = weight type = cyclic factor = CONFIG::parallelism dim = 1)
    read_at_once(weight);
  }

  void clear(weights&, shifts&, biases& bias) {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = sums_ type = complete)
    if (channel_ != 0) return;
    QFX_LOOP(CLEAR, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      if (outputs::holds(first_output_ + p))
        sums_[p] = begin_steps<CONFIG>(bias[first_output_ + p]);
    }
  }

  template <class TAP>
  void take(const TAP& tap, int index, int, int, weights& weight, shifts& shift, biases&) {
    QFX_INLINE
    cursor_t cursor = cursor_;
    QFX_LOOP(OUTPUT, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      const int o = first_output_ + p;
      if (outputs::holds(o))
        add_product<CONFIG>(sums_[p], tap[cursor.first.first_input + channel_],
                            weight_at(weight[o][index], channel_), shift[o]);
      cursor.next();
    }
  }

  template <class OUT>
  void give(Pixel<OUT, CONFIG::out_channels>& result, weights&, shifts&, biases&) {
    QFX_INLINE
    if (++channel_ != CONFIG::group_channels) return;
    channel_ = 0;
    QFX_LOOP(CAST, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      const int o = first_output_ + p;
      if (outputs::holds(o)) result.data[o] = assign<OUT>(sums_[p]);
      cursor_.next();
    }
    first_output_ += CONFIG::parallelism;
  }

 private:
  typename CONFIG::accumulator_t sums_[CONFIG::parallelism];
  int first_output_;  // of the blocks
  int channel_;       // of the group
  cursor_t cursor_;   // at the blocks' first output
};

}  // namespace qfx

#endif  // QFX_STEPWISE_PRODUCTS_H_
