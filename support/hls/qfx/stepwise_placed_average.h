// As placed_average.h, of sums that are rounded after every addition (stepwise_average.h).
#ifndef QFX_STEPWISE_PLACED_AVERAGE_H_
#define QFX_STEPWISE_PLACED_AVERAGE_H_

#include "qfx/placed_average.h"
#include "qfx/stepwise_average.h"

namespace qfx {

template <class CONFIG, class IN, int C>
class StepwisePlacedAverage : public MeanByPlace<CONFIG, IN, C, StepwiseTotal> {};

}  // namespace qfx

#endif  // QFX_STEPWISE_PLACED_AVERAGE_H_
