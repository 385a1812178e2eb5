#include "kernels/conv/pixel_product.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "kernels/targets.h"

#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 6")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/pixel_product.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "kernels/conv/sums-inl.h"
#include "kernels/gemm/dots-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

HWY_INLINE std::uint32_t word_at(const std::byte* image) {
  std::uint32_t word;
  std::memcpy(&word, image, sizeof(word));
  return word;
}

#if HWY_TARGET == HWY_SCALAR

template <class Scale, class Y>
void multiply(const PixelProduct& p, Scale scales, Y* y) {
  for (std::int64_t i = 0; i < p.pixels; ++i)
    for (std::int64_t j = p.first; j < p.last; ++j) {
      const std::uint32_t* column = p.panels + j / kPanel * p.depth() * kPanel + j % kPanel;
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < p.depth(); ++k) {
        const std::byte* run = p.image + i * p.pixel_step + p.runs[k / p.run_length];
        const std::uint32_t a = word_at(run + 4 * (k % p.run_length));
        const std::uint32_t b = column[k * kPanel];
        sum +=
            std::int64_t{static_cast<std::int16_t>(a)} * static_cast<std::int16_t>(b) +
            std::int64_t{static_cast<std::int16_t>(a >> 16)} * static_cast<std::int16_t>(b >> 16);
      }
      y[i * p.y_stride + j] = finished<Y>(sum, scales, j);
    }
}

#else

template <int kRows, int kVectors, class Scale, class Y>
HWY_INLINE void tile(const PixelProduct& p, std::int64_t pixel, std::int64_t channel, Scale scales,
                     Y* y) {
  using Dot = Int16Dot;
  Dot::Sum sum[kRows][kVectors];
  const std::uint32_t* columns[kVectors];
  QFX_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    const std::int64_t j = channel + v * Dot::kLanes;
    columns[v] = p.panels + j / kPanel * p.depth() * kPanel + j % kPanel;
    QFX_UNROLL
    for (int r = 0; r < kRows; ++r) sum[r][v] = Dot::zero();
  }
  const std::byte* image = p.image + pixel * p.pixel_step;
  for (std::int64_t run = 0; run < p.run_count; ++run) {
    const std::byte* words[kRows];
    QFX_UNROLL
    for (int r = 0; r < kRows; ++r) words[r] = image + r * p.pixel_step + p.runs[run];
    for (std::int64_t k = 0; k < p.run_length; ++k) {
      Dot::Column column[kVectors];
      QFX_UNROLL
      for (int v = 0; v < kVectors; ++v) column[v] = Dot::columns(columns[v] + k * kPanel);
      QFX_UNROLL
      for (int r = 0; r < kRows; ++r) {
        const auto row = Dot::row(word_at(words[r] + 4 * k));
        QFX_UNROLL
        for (int v = 0; v < kVectors; ++v) Dot::add(row, column[v], sum[r][v]);
      }
    }
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v) columns[v] += p.run_length * kPanel;
  }
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) {
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t j = channel + v * Dot::kLanes;
      store(Words(), Dot::value(sum[r][v]), from(scales, j), p.last - j,
            y + (pixel + r) * p.y_stride + j);
    }
  }
}

template <int kRows, class Scale, class Y>
HWY_INLINE void rows(const PixelProduct& p, std::int64_t pixel, Scale scales, Y* y) {
  constexpr std::int64_t kLanes = Int16Dot::kLanes;
  std::int64_t j = p.first;
  for (; j + kLanes < p.last; j += 2 * kLanes) tile<kRows, 2>(p, pixel, j, scales, y);
  if (j < p.last) tile<kRows, 1>(p, pixel, j, scales, y);
}

template <class Scale, class Y>
HWY_INLINE void multiply(const PixelProduct& p, Scale scales, Y* y) {
  std::int64_t i = 0;
  // Rows of 8 and 32 pixels go up in fours and sixes without a rest of one.
  for (; i + 6 <= p.pixels && p.pixels - i != 8; i += 6) rows<6>(p, i, scales, y);
  for (; i + 4 <= p.pixels; i += 4) rows<4>(p, i, scales, y);
  for (; i < p.pixels; ++i) rows<1>(p, i, scales, y);
}

#endif  // HWY_TARGET == HWY_SCALAR

HWY_ATTR void multiply_float(const PixelProduct& product, const float* scales, float* y) {
  multiply(product, scales, y);
}
HWY_ATTR void multiply_double(const PixelProduct& product, const double* scales, double* y) {
  multiply(product, scales, y);
}
HWY_ATTR void multiply_int32(const PixelProduct& product, const void* scales, std::int32_t* y) {
  multiply(product, scales, y);
}
HWY_ATTR void multiply_int16(const PixelProduct& product, SumShifts shifts, std::int16_t* y) {
  multiply(product, shifts, y);
}
HWY_ATTR void multiply_int8(const PixelProduct& product, SumShifts shifts, std::int8_t* y) {
  multiply(product, shifts, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(multiply_float);
HWY_EXPORT(multiply_double);
HWY_EXPORT(multiply_int32);
HWY_EXPORT(multiply_int16);
HWY_EXPORT(multiply_int8);

void multiply_pixels(const PixelProduct& product, const float* scales, float* y) {
  HWY_DYNAMIC_DISPATCH(multiply_float)(product, scales, y);
}
void multiply_pixels(const PixelProduct& product, const double* scales, double* y) {
  HWY_DYNAMIC_DISPATCH(multiply_double)(product, scales, y);
}
void multiply_pixels(const PixelProduct& product, const void* scales, std::int32_t* y) {
  HWY_DYNAMIC_DISPATCH(multiply_int32)(product, scales, y);
}
void multiply_pixels(const PixelProduct& product, SumShifts shifts, std::int16_t* y) {
  HWY_DYNAMIC_DISPATCH(multiply_int16)(product, shifts, y);
}
void multiply_pixels(const PixelProduct& product, SumShifts shifts, std::int8_t* y) {
  HWY_DYNAMIC_DISPATCH(multiply_int8)(product, shifts, y);
}

}  // namespace qfx::kernels
#endif
