// sum / n, an exact rational, rounded once by the assignment to OUT.
//
// n = divisor * 2^twos with an odd divisor. The power of two only moves the binary point. For
// divisor 1 that is all. Otherwise let S = |sum| * 2^extra_frac_bits or, for a negative sum, the
// same of its one's complement (floor(v / d) = ~floor(~v / d)), so that 0 <= S < 2^s with s =
// sum_width - 1 + extra.
//
// The reciprocal is R = ceil(2^(s + b) / d) where 2^b > d. Its error e = R * d - 2^(s + b)
// satisfies 0 <= e < d < 2^b, so S * R / 2^(s + b) = S / d + S * e / (d * 2^(s + b)), and the last
// term is below 2^s * 2^b / (d * 2^(s + b)) = 1 / d. The fraction of S / d is at most 1 - 1 / d, so
// the floor of the product is floor(S / d), exactly.
//
// The quotient has a grid at least twice as fine as OUT's, so every rounding boundary and every tie
// of OUT lies on it; one sticky bit below says whether a remainder was left. The conversion of
// (quotient, sticky) therefore gives what the conversion of the rational would give, in every mode.
#ifndef QFX_MEAN_H_
#define QFX_MEAN_H_

#include "qfx/integer.h"
#include "qfx/raw.h"

namespace qfx {

// CONFIG: sum_width, sum_frac_bits, twos, divisor, extra_frac_bits, reciprocal_width,
// reciprocal_words, reciprocal_shift (s + b). `reciprocal` holds R in 32-bit words, lowest first.
template <class CONFIG, class OUT, bool IS_POWER_OF_TWO>
struct Mean {
  template <class SUM>
  static OUT of(const SUM& sum, const unsigned (&reciprocal)[CONFIG::reciprocal_words]) {
    QFX_INLINE
    static const int kWidth = CONFIG::sum_width + CONFIG::extra_frac_bits;
    static const int kResultWidth = kWidth + 1;
    UInt<CONFIG::reciprocal_width> factor = 0;
    QFX_LOOP(WORD, UNROLLED)
    for (int i = CONFIG::reciprocal_words - 1; i >= 0; --i) {
      QFX_BODY(UNROLLED)
      const UInt<CONFIG::reciprocal_width + 32> wider = factor;
      factor = (wider << 32) | UInt<32>(reciprocal[i]);
    }
    Int<kWidth> scaled = Int<CONFIG::sum_width>(sum);
    scaled <<= CONFIG::extra_frac_bits;
    const bool is_negative = scaled < 0;
    UInt<kWidth> magnitude = is_negative ? Int<kWidth>(~scaled) : scaled;
    const UInt<kWidth + CONFIG::reciprocal_width> product = magnitude * factor;
    Int<kWidth> quotient = product >> CONFIG::reciprocal_shift;
    if (is_negative) quotient = ~quotient;
    const bool is_inexact = quotient * Int<32>(CONFIG::divisor) != scaled;
    Int<kResultWidth> result = quotient;
    result <<= 1;
    if (is_inexact) result += 1;
    return cast_sum<OUT, kResultWidth,
                    CONFIG::sum_frac_bits + CONFIG::twos + CONFIG::extra_frac_bits + 1>(result);
  }
};

template <class CONFIG, class OUT>
struct Mean<CONFIG, OUT, true> {
  template <class SUM>
  static OUT of(const SUM& sum, const unsigned (&)[CONFIG::reciprocal_words]) {
    QFX_INLINE
    return cast_sum<OUT, CONFIG::sum_width, CONFIG::sum_frac_bits + CONFIG::twos>(sum);
  }
};

template <class OUT, class CONFIG, class SUM>
OUT mean(const SUM& sum, const unsigned (&reciprocal)[CONFIG::reciprocal_words]) {
  QFX_INLINE
  return Mean<CONFIG, OUT, CONFIG::divisor == 1>::of(sum, reciprocal);
}

}  // namespace qfx

#endif  // QFX_MEAN_H_
