// Products of words of 32 signs: a word of every plane of A meets one of B, and the bits that
// differ are counted.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// Columns lie in rows of whole vectors.
inline constexpr std::int64_t kBitColumns = 16;

// Rows of the product are pixels of A, which is words of 16 bits: word p of pixel i of plane k
// begins at a + k * plane_size + i * a_step + words[p] and is two of them.
struct BitProduct {
  const std::uint16_t* a;
  std::int64_t a_step, plane_size;
  int planes;
  const std::int64_t* words;   // {depth}
  const std::uint32_t* masks;  // {depth}: the bits of a word that count
  const std::uint32_t* b;      // {depth, b_stride}
  std::int64_t b_stride;       // a multiple of kBitColumns
  std::int64_t m, n, depth;
};

// What becomes of the counts c[k] of an element: with s[k] = base - 2 * c[k], the sum of 2^k *
// s[k]. With gates: m = 2 * s[1], and m + s[0] where m > gate, else m. Of two planes, or of the
// lower one alone where s[1] is known.
struct BitFinish {
  const std::int32_t* base;   // {kinds of rows, b_stride}
  const std::int32_t* kinds;  // {m}
  const std::int32_t* gates;  // {b_stride}, or null
  const std::int16_t* upper;  // s[1] as the sums lie, where there are gates and one plane
};

// sums: {m, n}, rows `stride` apart. The caller proves that they fit.
void multiply_bits(const BitProduct& product, const BitFinish& finish, std::int32_t* sums,
                   std::int64_t stride);

}  // namespace qfx::kernels
