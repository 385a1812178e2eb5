// Numbers of one bit: +1 where it is set, else -1. Binary weights are stored so, and the planes of
// an input that has levels (bit_planes.h).
#ifndef QFX_BITS_H_
#define QFX_BITS_H_

#include <stdint.h>

#include "qfx/integer.h"

namespace qfx {

// A weight that is +1 or -1; a table of them has a Bits<N> where others have N weights.
struct Bit {};

// N of them in equal words, the first in the lowest bit of the first word; bits that are left over
// are zero.
template <int N>
struct Bits {
  static const int words = (N + 63) / 64;
  static const int word_width = (N + words - 1) / words;
#ifdef QFX_EXACT_WIDTHS
  typedef UInt<word_width> word_t;
#else
  typedef uint64_t word_t;
#endif
  word_t word[words];
};

template <int N>
bool bit_at(const Bits<N>& bits, int i) {
  QFX_INLINE
  const int word = i / Bits<N>::word_width;
  return ((bits.word[word] >> (i % Bits<N>::word_width)) & 1) != 0;
}

#ifdef QFX_EXACT_WIDTHS
template <int N>
int count_ones(const typename Bits<N>::word_t& word) {
  QFX_INLINE
  int count = 0;
  QFX_LOOP(COUNT, UNROLLED)
  for (int i = 0; i < Bits<N>::word_width; ++i) {
    QFX_BODY(UNROLLED)
    if (((word >> i) & 1) != 0) ++count;
  }
  return count;
}
#else
// By halves of ever more bits.
template <int N>
int count_ones(uint64_t word) {
  word -= (word >> 1) & 0x5555555555555555u;
  word = (word & 0x3333333333333333u) + ((word >> 2) & 0x3333333333333333u);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  word += word >> 8;
  word += word >> 16;
  word += word >> 32;
  return static_cast<int>(word & 0x7f);
}
#endif

// The sum of a[i] times b[i]: as many as agree, less as many as do not.
template <int N>
int agreement(const Bits<N>& a, const Bits<N>& b) {
  QFX_INLINE
  int different = 0;
  QFX_LOOP(WORD, UNROLLED)
  for (int i = 0; i < Bits<N>::words; ++i) {
    QFX_BODY(UNROLLED)
    different += count_ones<N>(a.word[i] ^ b.word[i]);
  }
  return N - (different << 1);
}

}  // namespace qfx

#endif  // QFX_BITS_H_
