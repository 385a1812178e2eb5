// A pixel whose values have 2^BITS levels as bits, which a window keeps of it.
//
// The levels are the odd integers from -n to n with n = 2^BITS - 1: the sums of +-2^k over the
// planes k, + where the plane's bit is set. In two's complement these bits are the value's own but
// for its lowest, which is always set, and with the sign turned over on top: no arithmetic.
#ifndef QFX_BIT_PLANES_H_
#define QFX_BIT_PLANES_H_

#include "qfx/bits.h"
#include "qfx/pixel.h"
#include "qfx/raw.h"

namespace qfx {

// N values by planes.
template <int N, int BITS>
struct Levels {
  Bits<N> plane[BITS];
};

// Whether plane k of a value is set.
template <int BITS, class OPERAND>
bool plane_of(const OPERAND& x, int k) {
  QFX_INLINE
  return k == BITS - 1 ? x >= 0 : ((x >> (k + 1)) & 1) != 0;
}

// The channels of a piece lie together.
template <class T, int C, int PIECES, int BITS>
struct BitPlanes {
  static_assert(Traits<T>::is_signed && Traits<T>::width == BITS + 1 && Traits<T>::frac_bits == 0,
                "the format of the levels");
  typedef Pixel<T, C> pixel;
  typedef Levels<C / PIECES, BITS> type[PIECES];

  static void store(type& levels, const pixel& from) {
    QFX_INLINE
    typedef Bits<C / PIECES> bits_t;
    typedef typename bits_t::word_t word_t;
    int first = 0;  // channel of the word
    QFX_LOOP(PIECE, UNROLLED)
    for (int piece = 0; piece < PIECES; ++piece) {
      QFX_BODY(UNROLLED)
      const int end = first + C / PIECES;
      QFX_LOOP(WORD, UNROLLED)
      for (int w = 0; w < bits_t::words; ++w) {
        QFX_BODY(UNROLLED)
        QFX_LOOP(PLANE, UNROLLED)
        for (int k = 0; k < BITS; ++k) {
          QFX_BODY(UNROLLED)
          word_t word = 0;
          QFX_LOOP(CHANNEL, UNROLLED)
          for (int i = 0; i < bits_t::word_width; ++i) {
            QFX_BODY(UNROLLED)
            if (first + i < end && plane_of<BITS>(operand_of(from.data[first + i]), k))
              word |= static_cast<word_t>(1) << i;
          }
          levels[piece].plane[k].word[w] = word;
        }
        first += bits_t::word_width;
      }
      first = end;
    }
  }
};

}  // namespace qfx

#endif  // QFX_BIT_PLANES_H_
