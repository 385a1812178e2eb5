#include "kernels/conv/avx512_pixels.h"

#include <algorithm>
#include <cstring>

#include "kernels/conv/avx512_sums.h"

#if defined(__x86_64__)

namespace qfx::kernels::avx512 {
namespace {

static_assert(kLanes == kPanel);

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
QFX_AVX512 void multiply(const PixelProduct& p, const std::int32_t* start, Scale scales, Y* y) {
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
