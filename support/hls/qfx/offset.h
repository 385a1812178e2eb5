// x + offset, a constant per channel: exact sum, one cast. x is moved to the offset's grid, which
// is 2^places finer.
#ifndef QFX_OFFSET_H_
#define QFX_OFFSET_H_

#include "qfx/map.h"

namespace qfx {

template <class CONFIG>
struct Offset {
  template <class OUT, class IN>
  static OUT of(const IN& x, const typename CONFIG::bias_t& offset) {
    QFX_INLINE
    typename Sum<CONFIG::sum_width>::type sum = 0;
    sum += operand_of(x);
    sum <<= CONFIG::places;
    sum += offset;
    return cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
  }
};

}  // namespace qfx

#endif  // QFX_OFFSET_H_
