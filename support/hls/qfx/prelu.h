// x where x >= 0, else slope * x, a slope per channel: exact product, one cast.
//
// Both sides end on the grid of the sum: a product is shifted by the channel's `shift`, x itself by
// CONFIG::places.
#ifndef QFX_PRELU_H_
#define QFX_PRELU_H_

#include "qfx/map.h"

namespace qfx {

template <class CONFIG>
struct Prelu {
  template <class OUT, class IN>
  static OUT of(const IN& x, const typename CONFIG::weight_t& slope, signed char shift) {
    QFX_INLINE
    const typename Traits<IN>::raw raw = raw_of(x);
    typename Sum<CONFIG::sum_width>::type sum = 0;
    if (raw < 0) {
      CONFIG::product::accumulate(sum, operand_of(x), slope);
      sum <<= shift;
    } else {
      sum += operand_of(x);
      sum <<= CONFIG::places;
    }
    return cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits>(sum);
  }
};

}  // namespace qfx

#endif  // QFX_PRELU_H_
