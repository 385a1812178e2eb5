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
void multiply(const PixelProduct& p, const Scale* scales, Y* y) {
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
      y[i * p.y_stride + j] = static_cast<Y>(sum);
      if constexpr (std::is_floating_point_v<Y>) y[i * p.y_stride + j] *= scales[j];
    }
}

template <class T>
void convert(const T* x, T to_grid, std::int64_t count, std::int16_t* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    if constexpr (std::is_integral_v<T>)
      to[i] = x[i];
    else
      to[i] = static_cast<std::int16_t>(x[i] * to_grid);
  }
}

#else

template <int kRows, int kVectors, class Scale, class Y>
HWY_INLINE void tile(const PixelProduct& p, std::int64_t pixel, std::int64_t channel,
                     const Scale* scales, Y* y) {
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
HWY_INLINE void rows(const PixelProduct& p, std::int64_t pixel, const Scale* scales, Y* y) {
  constexpr std::int64_t kLanes = Int16Dot::kLanes;
  std::int64_t j = p.first;
  for (; j + kLanes < p.last; j += 2 * kLanes) tile<kRows, 2>(p, pixel, j, scales, y);
  if (j < p.last) tile<kRows, 1>(p, pixel, j, scales, y);
}

template <class Scale, class Y>
HWY_INLINE void multiply(const PixelProduct& p, const Scale* scales, Y* y) {
  std::int64_t i = 0;
  // Rows of 8 and 32 pixels go up in fours and sixes without a rest of one.
  for (; i + 6 <= p.pixels && p.pixels - i != 8; i += 6) rows<6>(p, i, scales, y);
  for (; i + 4 <= p.pixels; i += 4) rows<4>(p, i, scales, y);
  for (; i < p.pixels; ++i) rows<1>(p, i, scales, y);
}

// Short vectors: rows of small images have a few dozen numbers.
using Widened = hn::CappedTag<std::int16_t, 16>;

template <class T>
HWY_INLINE void convert_vector(const T* x, T to_grid, std::int16_t* to) {
  if constexpr (sizeof(T) == sizeof(std::int32_t)) {
    const hn::ScalableTag<T> d;
    const hn::RebindToSigned<decltype(d)> di;
    const hn::Rebind<std::int16_t, decltype(d)> narrow;
    const auto raw = hn::ConvertTo(di, hn::Mul(hn::LoadU(d, x), hn::Set(d, to_grid)));
    hn::StoreU(hn::DemoteTo(narrow, raw), narrow, to);
  } else {
    const Widened d;
    const hn::Rebind<T, decltype(d)> bytes;
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(bytes, x)), d, to);
  }
}

template <class T>
HWY_INLINE void convert(const T* x, T to_grid, std::int64_t count, std::int16_t* to) {
  std::int64_t i = 0;
  if constexpr (sizeof(T) <= sizeof(std::int32_t)) {
    constexpr std::int64_t kLanes =
        sizeof(T) == 1 ? hn::MaxLanes(Widened()) : hn::MaxLanes(hn::ScalableTag<T>());
    for (; i + kLanes <= count; i += kLanes) convert_vector(x + i, to_grid, to + i);
    if (i < count && count >= kLanes) {  // the last vector once more, its end at the end
      convert_vector(x + count - kLanes, to_grid, to + count - kLanes);
      return;
    }
  }
  for (; i < count; ++i) {
    if constexpr (std::is_integral_v<T>)
      to[i] = x[i];
    else
      to[i] = static_cast<std::int16_t>(x[i] * to_grid);
  }
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
HWY_ATTR void convert_uint8(const std::uint8_t* x, std::uint8_t unit, std::int64_t count,
                            std::int16_t* to) {
  convert(x, unit, count, to);
}
HWY_ATTR void convert_int8(const std::int8_t* x, std::int8_t unit, std::int64_t count,
                           std::int16_t* to) {
  convert(x, unit, count, to);
}
HWY_ATTR void convert_float(const float* x, float to_grid, std::int64_t count, std::int16_t* to) {
  convert(x, to_grid, count, to);
}
HWY_ATTR void convert_double(const double* x, double to_grid, std::int64_t count,
                             std::int16_t* to) {
  convert(x, to_grid, count, to);
}

HWY_ATTR void bytes_of_floats(const float* x, float to_grid, int offset, std::int64_t count,
                              std::uint8_t* to) {
  std::int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  constexpr std::int64_t kLanes = hn::MaxLanes(d);
  const auto convert_at = [&](std::int64_t at) HWY_ATTR {
    const auto raw = hn::ConvertTo(di, hn::Mul(hn::LoadU(d, x + at), hn::Set(d, to_grid)));
    hn::StoreU(hn::DemoteTo(bytes, hn::Add(raw, hn::Set(di, offset))), bytes, to + at);
  };
  for (; i + kLanes <= count; i += kLanes) convert_at(i);
  if (i < count && count >= kLanes) return convert_at(count - kLanes);  // the last once more
#endif
  for (; i < count; ++i)
    to[i] = static_cast<std::uint8_t>(static_cast<int>(x[i] * to_grid) + offset);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(multiply_float);
HWY_EXPORT(multiply_double);
HWY_EXPORT(multiply_int32);
HWY_EXPORT(convert_float);
HWY_EXPORT(convert_uint8);
HWY_EXPORT(convert_int8);
HWY_EXPORT(convert_double);
HWY_EXPORT(bytes_of_floats);

void multiply_pixels(const PixelProduct& product, const float* scales, float* y) {
  HWY_DYNAMIC_DISPATCH(multiply_float)(product, scales, y);
}
void multiply_pixels(const PixelProduct& product, const double* scales, double* y) {
  HWY_DYNAMIC_DISPATCH(multiply_double)(product, scales, y);
}
void to_int16(const float* x, float to_grid, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(convert_float)(x, to_grid, count, to);
}
void to_int16(const double* x, double to_grid, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(convert_double)(x, to_grid, count, to);
}

void multiply_pixels(const PixelProduct& product, const void* scales, std::int32_t* y) {
  HWY_DYNAMIC_DISPATCH(multiply_int32)(product, scales, y);
}
void to_int16(const std::uint8_t* x, std::uint8_t unit, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(convert_uint8)(x, unit, count, to);
}
void to_int16(const std::int8_t* x, std::int8_t unit, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(convert_int8)(x, unit, count, to);
}

void to_bytes(const float* x, float to_grid, int offset, std::int64_t count, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(bytes_of_floats)(x, to_grid, offset, count, to);
}
void to_bytes(const double* x, double to_grid, int offset, std::int64_t count, std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = static_cast<std::uint8_t>(static_cast<int>(x[i] * to_grid) + offset);
}
void to_bytes(const std::uint8_t* x, std::uint8_t, int offset, std::int64_t count,
              std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(x[i] + offset);
}
void to_bytes(const std::int8_t* x, std::int8_t, int offset, std::int64_t count, std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(x[i] + offset);
}

}  // namespace qfx::kernels
#endif
