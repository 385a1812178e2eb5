// Products of an input of few levels and weights that are +1 or -1: bits that agree are counted, in
// every plane of the input (bit_planes.h). No multiplier.
#ifndef QFX_XNOR_H_
#define QFX_XNOR_H_

#include "qfx/bit_planes.h"
#include "qfx/products.h"

namespace qfx {

// The input has 2^BITS levels.
template <int BITS>
struct Xnor {};

template <int BITS, class T, int C, int PIECES>
struct ProductOperands<Xnor<BITS>, T, C, PIECES> : BitPlanes<T, C, PIECES, BITS> {};

template <class CONFIG, class SUM, int PIECES, int N, int BITS>
void accumulate(SUM& sum, const Levels<N, BITS> (&x)[PIECES], const Piece& piece,
                const Bits<N>& weight) {
  QFX_INLINE
  QFX_LOOP(PLANE, UNROLLED)
  for (int k = 0; k < BITS; ++k) {
    QFX_BODY(UNROLLED)
    SUM term = agreement(x[piece.index].plane[k], weight);
    term <<= k;
    sum += term;
  }
}

}  // namespace qfx

#endif  // QFX_XNOR_H_
