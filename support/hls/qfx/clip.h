// min(max(x, MIN), MAX), then one cast.
//
// CONFIG holds the bounds twice: rounded inwards to x's grid, where x is compared with them (below,
// above), and exactly, on the grid of the result (low, high), which is 2^places finer than x's.
#ifndef QFX_CLIP_H_
#define QFX_CLIP_H_

#include <stdint.h>

#include "qfx/map.h"

namespace qfx {

template <class CONFIG>
struct Clip {
  template <class OUT, class IN>
  static OUT of(const IN& x) {
    QFX_INLINE
    typedef typename Sum<CONFIG::sum_width>::type sum_t;
    const int64_t below = CONFIG::below;
    const int64_t above = CONFIG::above;
    const int64_t low = CONFIG::low;
    const int64_t high = CONFIG::high;
    const typename Traits<IN>::raw raw = raw_of(x);
    sum_t value = 0;
    if (raw < below) {
      value = static_cast<sum_t>(low);
    } else if (raw > above) {
      value = static_cast<sum_t>(high);
    } else {
      value += operand_of(x);
      value <<= CONFIG::places;
    }
    return cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(value);
  }
};

}  // namespace qfx

#endif  // QFX_CLIP_H_
