// x where x >= 0, else slope * x with one slope for all channels: a prelu whose table repeats it.
#ifndef QFX_LEAKY_RELU_H_
#define QFX_LEAKY_RELU_H_

#include "qfx/prelu.h"

namespace qfx {

template <class CONFIG>
using LeakyRelu = Prelu<CONFIG>;

}  // namespace qfx

#endif  // QFX_LEAKY_RELU_H_
