// scale * x + offset, the affine map that a batch normalisation is once trained: exact product,
// exact sum, one cast. Binary points as in multiply_accumulate.h.
#ifndef QFX_BATCH_NORM_H_
#define QFX_BATCH_NORM_H_

#include "qfx/map.h"

namespace qfx {

template <class CONFIG>
struct BatchNorm {
  template <class OUT, class IN>
  static OUT of(const IN& x, const typename CONFIG::weight_t& scale, signed char shift,
                const typename CONFIG::bias_t& offset) {
    QFX_INLINE
    typename Sum<CONFIG::sum_width>::type sum = 0;
    CONFIG::product::accumulate(sum, operand_of(x), scale);
    sum <<= shift;
    sum += offset;
    return cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
  }
};

}  // namespace qfx

#endif  // QFX_BATCH_NORM_H_
