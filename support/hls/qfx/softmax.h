// Softmax: exponentials from a table, their exact quotient by their sum, one cast.
//
// The table is indexed by the distance to the largest value, so e_i is at most the sum and the
// quotient at most 1. A restoring division gives one bit of it a step: its integer bit, then as
// many fraction bits as make its grid twice as fine as OUT's. Every rounding boundary and every tie
// of OUT lies on that grid; a sticky bit below says whether a remainder was left. The conversion of
// (quotient, sticky) therefore gives what the conversion of the rational would give, in every mode.
#ifndef QFX_SOFTMAX_H_
#define QFX_SOFTMAX_H_

#include "qfx/pixel.h"
#include "qfx/table.h"

namespace qfx {

// exponential / sum, assigned to OUT; 0 <= exponential <= sum, sum > 0. SUM holds 2 * sum.
template <class OUT, class SUM>
OUT quotient(const SUM& exponential, const SUM& sum) {
  QFX_INLINE
  static const int kFracBits = Traits<OUT>::frac_bits + 1 > 0 ? Traits<OUT>::frac_bits + 1 : 0;
  // A sign, the integer bit, the fraction, the sticky bit.
  static const int kWidth = kFracBits + 3;
  UInt<kWidth> result = 0;
  SUM rest = exponential;
  QFX_LOOP(BIT, UNROLLED)
  for (int bit = 0; bit <= kFracBits; ++bit) {
    QFX_BODY(UNROLLED)
    const bool is_one = rest >= sum;
    if (is_one) rest -= sum;
    result <<= 1;
    result[0] = is_one;
    rest <<= 1;
  }
  result <<= 1;
  result[0] = rest != 0;
  return cast_sum<OUT, kWidth, kFracBits + 1>(result);
}

// CONFIG: sums, beats (of one sum), sum_width, entry_t.
QFX_PROCESS
template <class CONFIG, class OUT, class IN, int C, int N>
void softmax(Stream<Pixel<OUT, C> >& out, Stream<Pixel<IN, C> >& in,
             const typename CONFIG::entry_t (&table)[N]) {
  static_assert(N == 1 << Traits<IN>::width, "an entry for every distance");
  typedef typename Sum<CONFIG::sum_width + 1>::type sum_t;
  QFX_BUFFER unsigned index[CONFIG::beats][C];
  QFX_BUFFER sum_t exponential[CONFIG::beats][C];
  QFX_HLS(ARRAY_PARTITION variable = index type = complete dim = 2)
  QFX_HLS(ARRAY_PARTITION variable = exponential type = complete dim = 2)
  QFX_LOOP(SUM, SEQUENTIAL)
  for (int s = 0; s < CONFIG::sums; ++s) {
    unsigned largest = 0;
    QFX_LOOP(READ, PIPELINED)
    for (int beat = 0; beat < CONFIG::beats; ++beat) {
      QFX_BODY(PIPELINED)
      const Pixel<IN, C> pixel = in.read();
      QFX_LOOP(LARGEST, UNROLLED)
      for (int c = 0; c < C; ++c) {
        QFX_BODY(UNROLLED)
        index[beat][c] = table_index(pixel.data[c]);
        if (index[beat][c] > largest) largest = index[beat][c];
      }
    }
    sum_t sum = 0;
    QFX_LOOP(LOOK_UP, PIPELINED)
    for (int beat = 0; beat < CONFIG::beats; ++beat) {
      QFX_BODY(PIPELINED)
      QFX_LOOP(ADD, UNROLLED)
      for (int c = 0; c < C; ++c) {
        QFX_BODY(UNROLLED)
        exponential[beat][c] = table[largest - index[beat][c]];
        sum += exponential[beat][c];
      }
    }
    QFX_LOOP(DIVIDE, SEQUENTIAL)
    for (int beat = 0; beat < CONFIG::beats; ++beat) {
      Pixel<OUT, C> result;
      // One divider serves all lanes.
      QFX_LOOP(CHANNEL, PIPELINED)
      for (int c = 0; c < C; ++c) {
        QFX_BODY(PIPELINED)
        result.data[c] = quotient<OUT>(exponential[beat][c], sum);
      }
      out.write(result);
    }
  }
}

}  // namespace qfx

#endif  // QFX_SOFTMAX_H_
