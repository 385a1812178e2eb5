#include "kernels/conv/avx512_pixels.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>

// Functions that use an instruction say so themselves: the file is compiled for any x86.
#define QFX_AVX512 __attribute__((target("avx512f,avx512vnni")))
#define QFX_AVX512_INLINE QFX_AVX512 __attribute__((always_inline)) inline

namespace qfx::kernels::avx512 {
namespace {

constexpr std::int64_t kLanes = 16;
static_assert(kLanes == kPanel);

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

QFX_AVX512_INLINE void store(__m512i sum, SumShifts shifts, std::int64_t count, std::int16_t* y) {
  const __m512i value = _mm512_srav_epi32(sum, _mm512_loadu_si512(shifts.shift));
  if (count >= kLanes)
    return _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), _mm512_cvtsepi32_epi16(value));
  _mm512_mask_cvtsepi32_storeu_epi16(y, static_cast<__mmask16>((1 << count) - 1), value);
}
QFX_AVX512_INLINE void store(__m512i sum, SumShifts shifts, std::int64_t count, std::int8_t* y) {
  const __m512i value = _mm512_srav_epi32(sum, _mm512_loadu_si512(shifts.shift));
  if (count >= kLanes)
    return _mm_storeu_si128(reinterpret_cast<__m128i*>(y), _mm512_cvtsepi32_epi8(value));
  _mm512_mask_cvtsepi32_storeu_epi8(y, static_cast<__mmask16>((1 << count) - 1), value);
}

template <class Scale>
const Scale* from(const Scale* scales, std::int64_t j) {
  return scales + j;
}
const void* from(const void*, std::int64_t) {
  return nullptr;
}
SumShifts from(SumShifts shifts, std::int64_t j) {
  return {shifts.start + j, shifts.shift + j};
}

// GCC 12 copies a sum before and after the intrinsic; a sum that asm changes in place stays there.
QFX_AVX512_INLINE void add_products(__m512i row, __m512i column, __m512i& sum) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(column));
}

// kRows pixels by kVectors panels of sums in registers.
template <int kRows, int kVectors, class Scale, class Y>
QFX_AVX512_INLINE void tile(const PixelProduct& p, const std::int32_t* start, std::int64_t pixel,
                            Scale scales, Y* y) {
  __m512i sum[kRows][kVectors];
  const std::uint32_t* columns[kVectors];
#pragma GCC unroll 12
  for (int v = 0; v < kVectors; ++v) {
    const __m512i first = _mm512_loadu_si512(start + p.first + v * kLanes);
    columns[v] = p.panels + (p.first / kPanel + v) * p.depth() * kPanel;
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) sum[r][v] = first;
  }
  const std::byte* image = p.image + pixel * p.pixel_step;
  for (std::int64_t run = 0; run < p.run_count; ++run) {
    const std::byte* words[kRows];
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) words[r] = image + r * p.pixel_step + p.runs[run];
    for (std::int64_t k = 0; k < p.run_length; ++k) {
      __m512i column[kVectors];
#pragma GCC unroll 12
      for (int v = 0; v < kVectors; ++v) column[v] = _mm512_loadu_si512(columns[v] + k * kPanel);
#pragma GCC unroll 12
      for (int r = 0; r < kRows; ++r) {
        int word;
        std::memcpy(&word, words[r] + 4 * k, sizeof(word));
        const __m512i row = _mm512_set1_epi32(word);
#pragma GCC unroll 12
        for (int v = 0; v < kVectors; ++v) add_products(row, column[v], sum[r][v]);
      }
    }
#pragma GCC unroll 12
    for (int v = 0; v < kVectors; ++v) columns[v] += p.run_length * kPanel;
  }
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 12
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t j = p.first + v * kLanes;
      store(sum[r][v], from(scales, j), p.last - j, y + (pixel + r) * p.y_stride + j);
    }
  }
}

template <int kVectors, class Scale, class Y>
QFX_AVX512_INLINE void multiply_panels(const PixelProduct& p, const std::int32_t* start,
                                       Scale scales, Y* y) {
  std::int64_t i = 0;
  for (; i + 6 <= p.pixels && p.pixels - i != 8; i += 6) tile<6, kVectors>(p, start, i, scales, y);
  for (; i + 8 <= p.pixels; i += 8) tile<8, kVectors>(p, start, i, scales, y);
  for (; i + 4 <= p.pixels; i += 4) tile<4, kVectors>(p, start, i, scales, y);
  for (; i < p.pixels; ++i) tile<1, kVectors>(p, start, i, scales, y);
}

template <class Scale, class Y>
QFX_AVX512 void multiply(const PixelProduct& p, const std::int32_t* start, Scale scales,
                         Y* y) {
  if (p.last - p.first > kLanes)
    multiply_panels<2>(p, start, scales, y);
  else
    multiply_panels<1>(p, start, scales, y);
}

}  // namespace

void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start,
                          const float* scales, float* y) {
  multiply(product, start, scales, y);
}
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start,
                          const double* scales, double* y) {
  multiply(product, start, scales, y);
}
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start,
                          const void* scales, std::int32_t* y) {
  multiply(product, start, scales, y);
}

void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start, SumShifts shifts,
                          std::int16_t* y) {
  multiply(product, start, shifts, y);
}
void multiply_byte_pixels(const PixelProduct& product, const std::int32_t* start, SumShifts shifts,
                          std::int8_t* y) {
  multiply(product, start, shifts, y);
}

}  // namespace qfx::kernels::avx512
#endif
