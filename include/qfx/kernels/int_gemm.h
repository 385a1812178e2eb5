// Exact integer matrix products, C[m][n] = sum over k of A[m][k] * B[k][n]. Row-major, strides in
// elements.
//
// Both kernels add modulo 2^32 or 2^64: a result is exact whenever the true sum fits, whatever the
// partial sums did on the way. The caller proves that it fits.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// Rows of B and C end at a multiple of this many elements, so that full vectors may be read and
// written.
inline constexpr std::int64_t kColumnPad = 16;
// Columns that fill the register tile on every target; the best multiple for a block of columns.
inline constexpr std::int64_t kColumnBlock = 48;

inline std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

// 16-bit operands, 32-bit sums, two products an instruction and lane. A has 2 * pairs columns (a
// last odd one is zero); B is packed: word [p][n] holds B[2p][n] in its low and B[2p + 1][n] in its
// high half. b_stride and c_stride are multiples of kColumnPad, at least n.
void gemm_int16(const std::int16_t* a, std::int64_t a_stride, const std::uint32_t* b,
                std::int64_t b_stride, std::int32_t* c, std::int64_t c_stride, std::int64_t m,
                std::int64_t n, std::int64_t pairs);

// 32-bit operands, 64-bit sums; B as it is. Same padding.
void gemm_int32(const std::int32_t* a, std::int64_t a_stride, const std::int32_t* b,
                std::int64_t b_stride, std::int64_t* c, std::int64_t c_stride, std::int64_t m,
                std::int64_t n, std::int64_t k);

}  // namespace qfx::kernels
