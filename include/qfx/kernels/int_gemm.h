// Exact integer matrix products, C[i][j] = sum over p of A[i][p] . B[p][j]. An element of A and B
// is a 32-bit word that holds one to four numbers, and . is the scalar product of two words:
//
//   int32   1 number a word                          64-bit sums
//   int16   2 numbers, the first in the low half     32-bit sums, or 64-bit ones
//   int8    4 numbers, signed in A, unsigned in B    32-bit sums
//
// Row p of B begins at b + rows[p]. So the rows may be shifted views of one image, and a
// convolution is a product without its windows being copied (qfx/kernels/int_conv.h).
//
// Sums are modulo 2^32 or 2^64: a result is exact whenever the true sum fits, whatever the partial
// sums did on the way. The caller proves that it fits.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace qfx::kernels {

// Rows of C end at a multiple of this many elements, and so much memory lies behind every row of B,
// so that full vectors may be read and written.
inline constexpr std::int64_t kColumnPad = 16;
// Columns that fill the register tile on every target; the best multiple for a block of columns.
inline constexpr std::int64_t kColumnBlock = 48;

// Words of depth that a product does at a time, so that what it reads of A and B lies in the
// first-level cache.
inline constexpr std::int64_t kDepthBlock = 144;

inline std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

// The factors of a product.
struct WordProduct {
  const std::uint32_t* a;  // {m, depth}
  std::int64_t a_stride;
  const std::uint32_t* b;  // {depth, n}
  const std::int64_t* rows;
  std::int64_t m, n, depth;
};

// c: {m, n}, its stride a multiple of kColumnPad and at least n.
void gemm_int32(const WordProduct& product, std::int64_t* c, std::int64_t c_stride);
void gemm_int16(const WordProduct& product, std::int32_t* c, std::int64_t c_stride);
void gemm_int8(const WordProduct& product, std::int32_t* c, std::int64_t c_stride);

// gemm_int8 where the caller proves that the products of a word's first two numbers, and of its
// last two, have sums of 16 bits: x86 has an instruction for that without VNNI, which saturates
// beyond.
void gemm_int8_fitting(const WordProduct& product, std::int32_t* c, std::int64_t c_stride);

// Sums of `chunk` words in 32 bits, their sum in 64. The caller proves that any `chunk`
// neighbouring words fit 32 bits.
void gemm_int16_chunks(const WordProduct& product, std::int64_t chunk, std::int64_t* c,
                       std::int64_t c_stride);

// Whether gemm_int8 has an instruction for four exact products (AVX-512 VNNI) on this machine: then
// it does twice the work of gemm_int16 in a word, else it costs as much.
bool has_int8_dot();
// Whether gemm_int8_fitting is faster than gemm_int16 on this machine.
bool has_int8_fitting();

// The instruction set that the products run on: Highway's name, "AVX3 with VNNI" where there is
// more.
std::string gemm_target();

// The most neighbouring words whose sum fits 32 bits, wherever they begin, where word p adds at
// most largest[p] in magnitude; at least 0.
std::int64_t safe_chunk(std::span<const std::int64_t> largest);

// Below this, adding up in 64 bits costs more than 64-bit products.
inline constexpr std::int64_t kLeastChunk = 4;

}  // namespace qfx::kernels
