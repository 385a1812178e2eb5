// A convolution whose sums are rounded after every addition (stepwise.h): a reducer (window.h).
//
// The bias comes first, then the products of the group's first channel in row-major order of the
// kernel, then those of the next. So a block is one input channel of CONFIG::parallelism outputs.
#ifndef QFX_STEPWISE_PRODUCTS_H_
#define QFX_STEPWISE_PRODUCTS_H_

#include "qfx/multiply_accumulate.h"
#include "qfx/stepwise.h"

namespace qfx {

// Tables as in multiply_accumulate.h.
template <class CONFIG, class IN, int C>
class StepwiseProducts {
 public:
  typedef Operands<IN, C> operands;
  typedef MultiplyAccumulate<CONFIG, IN, C> exact;
  typedef typename exact::weights weights;
  typedef typename exact::shifts shifts;
  typedef typename exact::biases biases;

  static const int blocks = CONFIG::out_channels / CONFIG::parallelism * CONFIG::group_channels;

  StepwiseProducts() : first_output_(0), channel_(0) {}

  static void prepare(weights& weight, shifts& shift, biases& bias) {
    QFX_INLINE
    exact::prepare(weight, shift, bias);
  }

  void clear(weights&, shifts&, biases& bias) {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = sums_ type = complete)
    if (channel_ != 0) return;
    QFX_LOOP(CLEAR, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      sums_[p] = begin_steps<CONFIG>(bias[first_output_ + p]);
    }
  }

  template <class TAP>
  void take(const TAP& tap, int index, weights& weight, shifts& shift, biases&) {
    QFX_INLINE
    GroupCursor<CONFIG> cursor = cursor_;
    QFX_LOOP(OUTPUT, UNROLLED)
    for (int p = 0; p < CONFIG::parallelism; ++p) {
      QFX_BODY(UNROLLED)
      const int o = first_output_ + p;
      add_product<CONFIG>(sums_[p], tap[cursor.group.first_input + channel_],
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
      result.data[first_output_ + p] = assign<OUT>(sums_[p]);
      cursor_.next();
    }
    first_output_ += CONFIG::parallelism;
  }

 private:
  typename CONFIG::accumulator_t sums_[CONFIG::parallelism];
  int first_output_;            // of the blocks
  int channel_;                 // of the group
  GroupCursor<CONFIG> cursor_;  // at the blocks' first output
};

}  // namespace qfx

#endif  // QFX_STEPWISE_PRODUCTS_H_
