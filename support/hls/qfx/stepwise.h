// Sums in a format of their own, to which every addition is assigned: the vendor's exact sum of
// two numbers, one cast. The order of the additions counts.
//
// CONFIG::accumulator_t is that format. Products are exact: sum_width bits with sum_frac_bits
// fraction bits hold each.
#ifndef QFX_STEPWISE_H_
#define QFX_STEPWISE_H_

#include "qfx/products.h"

namespace qfx {

template <class ACCUMULATOR, class TERM>
void add_step(ACCUMULATOR& accumulator, const TERM& term) {
  QFX_INLINE
  accumulator = assign<ACCUMULATOR>(accumulator + term);
}

// What a sum begins with.
template <class CONFIG>
typename CONFIG::accumulator_t begin_steps(const typename CONFIG::bias_t& bias) {
  QFX_INLINE
  return cast_sum<typename CONFIG::accumulator_t, CONFIG::sum_width, CONFIG::sum_frac_bits>(bias);
}

template <class CONFIG, class OPERAND, class WEIGHT>
void add_product(typename CONFIG::accumulator_t& accumulator, const OPERAND& x,
                 const WEIGHT& weight, signed char shift) {
  QFX_INLINE
  typename Sum<CONFIG::sum_width>::type product = 0;
  CONFIG::product::accumulate(product, x, weight);
  product <<= shift;
  add_step(accumulator,
           from_raw<Fixed<CONFIG::sum_width, CONFIG::sum_width - CONFIG::sum_frac_bits> >(product));
}

// One weight of several.
template <class WEIGHT, int N>
const WEIGHT& weight_at(const WEIGHT (&weight)[N], int i) {
  QFX_INLINE
  return weight[i];
}
template <int N>
bool weight_at(const Bits<N>& weight, int i) {
  QFX_INLINE
  return bit_at(weight, i);
}

}  // namespace qfx

#endif  // QFX_STEPWISE_H_
