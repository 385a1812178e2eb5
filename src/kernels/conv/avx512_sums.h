// Vectors of 32-bit sums of products of bytes, by VNNI, and their way out. x86 only.
#pragma once

#if defined(__x86_64__)
#include <algorithm>
#include <cstdint>
#include <immintrin.h>

#include "kernels/conv/pixel_product.h"

// Functions that use an instruction say so themselves: who includes this is compiled for any x86.
#define QFX_AVX512 __attribute__((target("avx512f,avx512vnni")))
#define QFX_AVX512_INLINE QFX_AVX512 __attribute__((always_inline)) inline

namespace qfx::kernels::avx512 {

inline constexpr std::int64_t kLanes = 16;

// The first `count` sums of a vector.
QFX_AVX512_INLINE void store(__m512i sum, const float* scales, std::int64_t count, float* y) {
  const auto mask = static_cast<__mmask16>(count < kLanes ? (1 << count) - 1 : 0xFFFF);
  const __m512 value = _mm512_maskz_cvtepi32_ps(mask, sum);
  _mm512_mask_storeu_ps(y, mask, _mm512_mul_ps(value, _mm512_loadu_ps(scales)));
}
QFX_AVX512_INLINE void store(__m512i sum, const double* scales, std::int64_t count, double* y) {
  alignas(64) std::int32_t lanes[kLanes];
  _mm512_store_si512(lanes, sum);
  count = std::min(count, kLanes);
  for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<double>(lanes[i]) * scales[i];
}
QFX_AVX512_INLINE void store(__m512i sum, const void*, std::int64_t count, std::int32_t* y) {
  const auto mask = static_cast<__mmask16>(count < kLanes ? (1 << count) - 1 : 0xFFFF);
  _mm512_mask_storeu_epi32(y, mask, sum);
}

// The plain intrinsics warn of what they leave undefined.
inline constexpr __mmask16 kAll = 0xFFFF;
QFX_AVX512_INLINE __m512i shifted(__m512i sum, SumShifts shifts) {
  return _mm512_maskz_srav_epi32(kAll, sum, _mm512_loadu_si512(shifts.shift));
}
QFX_AVX512_INLINE void store(__m512i sum, SumShifts shifts, std::int64_t count, std::int16_t* y) {
  const __m512i value = shifted(sum, shifts);
  if (count >= kLanes)
    return _mm256_storeu_si256(reinterpret_cast<__m256i*>(y),
                               _mm512_maskz_cvtsepi32_epi16(kAll, value));
  _mm512_mask_cvtsepi32_storeu_epi16(y, static_cast<__mmask16>((1 << count) - 1), value);
}
QFX_AVX512_INLINE void store(__m512i sum, SumShifts shifts, std::int64_t count, std::int8_t* y) {
  const __m512i value = shifted(sum, shifts);
  if (count >= kLanes)
    return _mm_storeu_si128(reinterpret_cast<__m128i*>(y),
                            _mm512_maskz_cvtsepi32_epi8(kAll, value));
  _mm512_mask_cvtsepi32_storeu_epi8(y, static_cast<__mmask16>((1 << count) - 1), value);
}

template <class Scale>
inline const Scale* from(const Scale* scales, std::int64_t j) {
  return scales + j;
}
inline const void* from(const void*, std::int64_t) {
  return nullptr;
}
inline SumShifts from(SumShifts shifts, std::int64_t j) {
  return {shifts.start + j, shifts.shift + j};
}

// GCC 12 copies a sum before and after the intrinsic; a sum that asm changes in place stays there.
QFX_AVX512_INLINE void add_products(__m512i row, __m512i column, __m512i& sum) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(column));
}

}  // namespace qfx::kernels::avx512
#endif
