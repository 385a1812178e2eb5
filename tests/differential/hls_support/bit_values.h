// Values of few levels and tables of bits for tests.
#pragma once

#include <cstdint>

#include "formats.h"

#include "qfx/bits.h"

namespace qfx::test {

// Of 2, 4, 8 and 16 levels.
inline constexpr Format kOneBit = signed_format(2, 2), kTwoBits = signed_format(3, 3),
                        kThreeBits = signed_format(4, 4), kFourBits = signed_format(5, 5);

// Another -n, -n + 2, ..., n for other arguments.
inline std::int64_t level(int bits, std::int64_t value) {
  const std::int64_t n = (std::int64_t{1} << bits) - 1;
  return 2 * ((value % (n + 1) + n + 1) % (n + 1)) - n;
}

// N weights from `value` of an index.
template <int N, class F>
Bits<N> bits_of(const F& value) {
  Bits<N> bits;
  for (auto& word : bits.word) word = 0;
  for (int i = 0; i < N; ++i) {
    using Word = typename Bits<N>::word_t;
    if (value(i) > 0)
      bits.word[i / Bits<N>::word_width] |= static_cast<Word>(1) << (i % Bits<N>::word_width);
  }
  return bits;
}

}  // namespace qfx::test
