// What convolutions and matrices add up: the inputs of a group times their weights.
//
// CONFIG says how: `product` multiplies one input by one constant of type `weight_t` (multiply.h,
// khot.h, plus_minus.h) or counts bits (xnor.h).
#ifndef QFX_PRODUCTS_H_
#define QFX_PRODUCTS_H_

#include "qfx/bits.h"
#include "qfx/operands.h"

namespace qfx {

// What a product takes of a pixel, whose channels are multiplied in so many pieces.
template <class PRODUCT, class T, int C, int PIECES>
struct ProductOperands : Operands<T, C> {};

// N weights of one output.
template <class WEIGHT, int N>
struct Weights {
  typedef WEIGHT type[N];
};
template <int N>
struct Weights<Bit, N> {
  typedef Bits<N> type;
};

// What the tool must know of a table: a piece's weights are read at once.
template <class WEIGHT, int OUTER, int INNER, int N>
void read_at_once(const WEIGHT (&weight)[OUTER][INNER][N]) {
  QFX_INLINE
  QFX_HLS(ARRAY_RESHAPE variable = weight type = complete dim = 3)
  static_cast<void>(weight);
}
template <int OUTER, int INNER, int N>
void read_at_once(const Bits<N> (&)[OUTER][INNER]) {}

// AT_ONCE of OUTPUTS are computed together; the last block may be short of some.
template <int OUTPUTS, int AT_ONCE>
struct Blocks {
  static_assert(AT_ONCE >= 1 && AT_ONCE <= OUTPUTS, "parallelism is 1 to the number of outputs");
  static const int count = (OUTPUTS + AT_ONCE - 1) / AT_ONCE;

  static bool holds(int output) {
    QFX_INLINE
    return OUTPUTS % AT_ONCE == 0 || output < OUTPUTS;
  }
};

// Neighbouring channels that are multiplied at once: which of a pixel's pieces of that size, and its
// first channel.
struct Piece {
  int index, first_input;
  Piece() : index(0), first_input(0) {}
};

// sum += x[first_input + i] * weight[i], all at once.
template <class CONFIG, class SUM, class OPERANDS, class WEIGHT, int N>
void accumulate(SUM& sum, const OPERANDS& x, const Piece& piece, const WEIGHT (&weight)[N]) {
  QFX_INLINE
  QFX_LOOP(INPUT, UNROLLED)
  for (int i = 0; i < N; ++i) {
    QFX_BODY(UNROLLED)
    CONFIG::product::accumulate(sum, x[piece.first_input + i], weight[i]);
  }
}
template <class CONFIG, class SUM, class OPERAND, int C, int N>
void accumulate(SUM& sum, const OPERAND (&x)[C], const Piece& piece, const Bits<N>& weight) {
  QFX_INLINE
  int input = piece.first_input;
  const int end = input + N;
  QFX_LOOP(WORD, UNROLLED)
  for (int word = 0; word < Bits<N>::words; ++word) {
    QFX_BODY(UNROLLED)
    QFX_LOOP(BIT, UNROLLED)
    for (int bit = 0; bit < Bits<N>::word_width; ++bit) {
      QFX_BODY(UNROLLED)
      if (input == end) break;
      CONFIG::product::accumulate(sum, x[input++], ((weight.word[word] >> bit) & 1) != 0);
    }
  }
}

}  // namespace qfx

#endif  // QFX_PRODUCTS_H_
