// The exact mean of each channel's taps, padding counted as zeros, rounded once (mean.h): a reducer
// (window.h).
#ifndef QFX_AVERAGE_H_
#define QFX_AVERAGE_H_

#include "qfx/mean.h"
#include "qfx/pixel.h"

namespace qfx {

template <class CONFIG, class IN, int C>
class Average {
 public:
  static const int blocks = 1;

  template <int WORDS>
  static void prepare(const unsigned (&)[WORDS]) {}

  void clear() {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = sums_ type = complete)
    QFX_LOOP(CLEAR, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      sums_[c] = 0;
    }
  }

  template <class TAP, int WORDS>
  void take(const TAP& tap, int, const unsigned (&)[WORDS]) {
    QFX_INLINE
    QFX_LOOP(CHANNEL, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      sums_[c] += tap[c];
    }
  }

  // One divider serves all channels.
  template <class OUT, int WORDS>
  void give(Pixel<OUT, C>& result, const unsigned (&reciprocal)[WORDS]) const {
    QFX_INLINE
    QFX_LOOP(CAST, PIPELINED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(PIPELINED)
      result.data[c] = mean<OUT, CONFIG>(sums_[c], reciprocal);
    }
  }

 private:
  typename Sum<CONFIG::sum_width>::type sums_[C];
};

}  // namespace qfx

#endif  // QFX_AVERAGE_H_
