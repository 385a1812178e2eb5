// The mean of each channel's taps, where every window counts as many, rounded once (mean.h): a
// reducer (window.h).
#ifndef QFX_AVERAGE_H_
#define QFX_AVERAGE_H_

#include "qfx/any_place.h"
#include "qfx/mean.h"
#include "qfx/operands.h"

namespace qfx {

// TOTAL<CONFIG, IN> is how taps are added up: `type` a sum, add(sum, tap), and raw(sum), the
// integer that the mean is taken of.
template <class CONFIG, class IN, int C, template <class, class> class TOTAL>
class MeanOfTaps : public AnyPlace {
 public:
  typedef Operands<IN, C> operands;

  static const int blocks = 1, parts = 1, simd = C;

  template <int WORDS>
  static void prepare(const unsigned (&)[WORDS]) {}

  template <int WORDS>
  void clear(const unsigned (&)[WORDS]) {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = sums_ type = complete)
    QFX_LOOP(CLEAR, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      sums_[c] = 0;
    }
  }

  template <class TAP, int WORDS>
  void take(const TAP& tap, int, int, int, const unsigned (&)[WORDS]) {
    QFX_INLINE
    QFX_LOOP(CHANNEL, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      total::add(sums_[c], tap[c]);
    }
  }

  // One divider serves all channels.
  template <class OUT, int WORDS>
  void give(Pixel<OUT, C>& result, const unsigned (&reciprocal)[WORDS]) const {
    QFX_INLINE
    QFX_LOOP(CAST, PIPELINED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(PIPELINED)
      result.data[c] = mean<OUT, CONFIG>(total::raw(sums_[c]), reciprocal);
    }
  }

 private:
  typedef TOTAL<CONFIG, IN> total;

 protected:
  typename total::type sums_[C];
};

template <class CONFIG, class IN>
struct ExactTotal {
  typedef typename Sum<CONFIG::sum_width>::type type;

  static void add(type& sum, const typename OperandOf<IN>::type& tap) {
    QFX_INLINE
    sum += tap;
  }
  static const type& raw(const type& sum) { return sum; }
};

template <class CONFIG, class IN, int C>
class Average : public MeanOfTaps<CONFIG, IN, C, ExactTotal> {};

}  // namespace qfx

#endif  // QFX_AVERAGE_H_
