// The mean of each channel's taps where windows at the border count fewer elements than others: a
// reducer (window.h). One divider serves all places: a sum is multiplied by a factor of the window's
// row and one of its column, which with the number of elements make CONFIG's divisor.
#ifndef QFX_PLACED_AVERAGE_H_
#define QFX_PLACED_AVERAGE_H_

#include "qfx/average.h"

namespace qfx {

// CONFIG: beside a mean's (mean.h) total_width, of a sum before its factor, and factor_width, signed,
// of the product of two factors.
template <class CONFIG, class IN, int C, template <class, class> class TOTAL>
class MeanByPlace : public MeanOfTaps<CONFIG, IN, C, TOTAL> {
  typedef MeanOfTaps<CONFIG, IN, C, TOTAL> taps;
  typedef TOTAL<CONFIG, IN> total;

 public:
  template <int WORDS, int ROWS, int COLUMNS>
  static void prepare(const unsigned (&)[WORDS], const unsigned (&)[ROWS],
                      const unsigned (&)[COLUMNS]) {}

  void go_to(int row, int column) {
    QFX_INLINE
    row_ = row;
    column_ = column;
  }

  template <int WORDS, int ROWS, int COLUMNS>
  void clear(const unsigned (&reciprocal)[WORDS], const unsigned (&)[ROWS],
             const unsigned (&)[COLUMNS]) {
    QFX_INLINE
    taps::clear(reciprocal);
  }

  template <class TAP, int WORDS, int ROWS, int COLUMNS>
  void take(const TAP& tap, int index, int part, int first, const unsigned (&reciprocal)[WORDS],
            const unsigned (&)[ROWS], const unsigned (&)[COLUMNS]) {
    QFX_INLINE
    taps::take(tap, index, part, first, reciprocal);
  }

  template <class OUT, int WORDS, int ROWS, int COLUMNS>
  void give(Pixel<OUT, C>& result, const unsigned (&reciprocal)[WORDS],
            const unsigned (&row_factors)[ROWS], const unsigned (&column_factors)[COLUMNS]) const {
    QFX_INLINE
    const Int<CONFIG::factor_width> row_factor = row_factors[row_];
    const Int<CONFIG::factor_width> column_factor = column_factors[column_];
    const Int<CONFIG::factor_width> factor = row_factor * column_factor;
    QFX_LOOP(CAST, PIPELINED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(PIPELINED)
      const Int<CONFIG::total_width> sum = total::raw(this->sums_[c]);
      const Int<CONFIG::sum_width> scaled = sum * factor;
      result.data[c] = mean<OUT, CONFIG>(scaled, reciprocal);
    }
  }

 private:
  int row_, column_;
};

template <class CONFIG, class IN>
struct PlacedTotal {
  typedef typename Sum<CONFIG::total_width>::type type;

  static void add(type& sum, const typename OperandOf<IN>::type& tap) {
    QFX_INLINE
    sum += tap;
  }
  static const type& raw(const type& sum) { return sum; }
};

template <class CONFIG, class IN, int C>
class PlacedAverage : public MeanByPlace<CONFIG, IN, C, PlacedTotal> {};

}  // namespace qfx

#endif  // QFX_PLACED_AVERAGE_H_
