// The largest tap of each channel, then one cast: a reducer (window.h). Padding never wins.
#ifndef QFX_LARGEST_H_
#define QFX_LARGEST_H_

#include "qfx/any_place.h"
#include "qfx/operands.h"

namespace qfx {

template <class CONFIG, class IN, int C>
class Largest : public AnyPlace {
 public:
  typedef Operands<IN, C> operands;

  static const int blocks = 1, parts = 1, simd = C;

  static void prepare() {}

  void clear() {
    QFX_INLINE
    QFX_HLS(ARRAY_PARTITION variable = best_ type = complete)
    is_first_ = true;
    QFX_LOOP(CLEAR, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      best_[c] = 0;
    }
  }

  template <class TAP>
  void take(const TAP& tap, int, int, int) {
    QFX_INLINE
    QFX_LOOP(CHANNEL, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      const operand value = tap[c];
      if (is_first_ || value > best_[c]) best_[c] = value;
    }
    is_first_ = false;
  }

  template <class OUT>
  void give(Pixel<OUT, C>& result) const {
    QFX_INLINE
    QFX_LOOP(CAST, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      result.data[c] = convert<OUT, IN>(best_[c]);
    }
  }

 private:
  typedef typename OperandOf<IN>::type operand;

  operand best_[C];
  bool is_first_;
};

}  // namespace qfx

#endif  // QFX_LARGEST_H_
