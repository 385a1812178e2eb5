#include "kernels/gemm/avx512_dots.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Functions that use an instruction say so themselves: the file is compiled for any x86.
#define QFX_AVX512 __attribute__((target("avx512f,avx512vnni")))
#define QFX_AVX512_INLINE QFX_AVX512 __attribute__((always_inline)) inline

namespace qfx::kernels::avx512 {
namespace {

constexpr std::int64_t kLanes = 16;

// GCC 12 copies a sum before and after an intrinsic that adds to it; one that asm changes in place
// stays where it is.
struct Int16Dot {
  static QFX_AVX512_INLINE void add(__m512i row, __m512i column, __m512i& sum) {
    asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(column));
  }
};

// The instruction's first factor is the unsigned one.
struct Int8Dot {
  static QFX_AVX512_INLINE void add(__m512i row, __m512i column, __m512i& sum) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(column), "v"(row));
  }
};

// Four rows by four to six vectors of sums, their columns and a row: up to 31 of 32 registers.
// Lanes beyond n of the last vector are read and written: kColumnPad lies there.
template <class Dot, int kRows, int kVectors>
QFX_AVX512_INLINE void tile(const WordProduct& p, const std::uint32_t* a, std::int64_t j,
                            std::int32_t* c, std::int64_t c_stride) {
  __m512i sum[kRows][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v) sum[r][v] = _mm512_setzero_si512();
  }
  for (std::int64_t k = 0; k < p.depth; ++k) {
    const std::uint32_t* b = p.b + p.rows[k] + j;
    __m512i column[kVectors];
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v) column[v] = _mm512_loadu_si512(b + v * kLanes);
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      const __m512i row = _mm512_set1_epi32(static_cast<int>(a[r * p.a_stride + k]));
#pragma GCC unroll 6
      for (int v = 0; v < kVectors; ++v) Dot::add(row, column[v], sum[r][v]);
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v)
      _mm512_storeu_si512(c + r * c_stride + j + v * kLanes, sum[r][v]);
  }
}

// `vectors`, at most kMost. One vector alone would wait for its own sums.
template <class Dot, int kRows, int kMost>
QFX_AVX512_INLINE void last_tile(const WordProduct& p, const std::uint32_t* a, std::int64_t j,
                                 std::int64_t vectors, std::int32_t* c, std::int64_t c_stride) {
  if (vectors == kMost)
    tile<Dot, kRows, kMost>(p, a, j, c, c_stride);
  else if constexpr (kMost > 1)
    last_tile<Dot, kRows, kMost - 1>(p, a, j, vectors, c, c_stride);
}

template <class Dot, int kRows>
QFX_AVX512_INLINE void rows(const WordProduct& p, const std::uint32_t* a, std::int32_t* c,
                            std::int64_t c_stride) {
  std::int64_t j = 0, vectors = (p.n + kLanes - 1) / kLanes;
  for (; vectors > 6; vectors -= 4, j += 4 * kLanes) tile<Dot, kRows, 4>(p, a, j, c, c_stride);
  last_tile<Dot, kRows, 6>(p, a, j, vectors, c, c_stride);
}

template <class Dot>
QFX_AVX512 void multiply(const WordProduct& p, std::int32_t* c, std::int64_t c_stride) {
  std::int64_t i = 0;
  for (; i + 4 <= p.m; i += 4) rows<Dot, 4>(p, p.a + i * p.a_stride, c + i * c_stride, c_stride);
  for (; i + 2 <= p.m; i += 2) rows<Dot, 2>(p, p.a + i * p.a_stride, c + i * c_stride, c_stride);
  if (i < p.m) rows<Dot, 1>(p, p.a + i * p.a_stride, c + i * c_stride, c_stride);
}

bool is_allowed = true;

}  // namespace

bool has_dots() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni");
  return has && is_allowed;
}

void allow_dots(bool allowed) {
  is_allowed = allowed;
}

void gemm_int16(const WordProduct& product, std::int32_t* c, std::int64_t c_stride) {
  multiply<Int16Dot>(product, c, c_stride);
}

void gemm_int8(const WordProduct& product, std::int32_t* c, std::int64_t c_stride) {
  multiply<Int8Dot>(product, c, c_stride);
}

}  // namespace qfx::kernels::avx512
#endif
