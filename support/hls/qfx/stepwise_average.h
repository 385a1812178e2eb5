// The mean of each channel's taps whose sum is rounded after every addition (stepwise.h), in
// row-major order of the window: a reducer (window.h).
#ifndef QFX_STEPWISE_AVERAGE_H_
#define QFX_STEPWISE_AVERAGE_H_

#include "qfx/average.h"
#include "qfx/stepwise.h"

namespace qfx {

template <class CONFIG, class IN>
struct StepwiseTotal {
  typedef typename CONFIG::accumulator_t type;

  static void add(type& sum, const typename OperandOf<IN>::type& tap) {
    QFX_INLINE
    add_step(sum, from_raw<IN>(tap));
  }
  static typename Traits<type>::raw raw(const type& sum) {
    QFX_INLINE
    return raw_of(sum);
  }
};

template <class CONFIG, class IN, int C>
class StepwiseAverage : public MeanOfTaps<CONFIG, IN, C, StepwiseTotal> {};

}  // namespace qfx

#endif  // QFX_STEPWISE_AVERAGE_H_
