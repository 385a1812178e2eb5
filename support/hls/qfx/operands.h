// A pixel as what is multiplied or compared: one integer a channel. A window keeps its pixels so.
#ifndef QFX_OPERANDS_H_
#define QFX_OPERANDS_H_

#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

template <class T, int C>
struct Operands {
  typedef Pixel<T, C> pixel;
  typedef typename OperandOf<T>::type type[C];

  static void store(type& operands, const pixel& from) {
    QFX_INLINE
    QFX_LOOP(STORE, UNROLLED)
    for (int c = 0; c < C; ++c) {
      QFX_BODY(UNROLLED)
      operands[c] = operand_of(from.data[c]);
    }
  }
};

}  // namespace qfx

#endif  // QFX_OPERANDS_H_
