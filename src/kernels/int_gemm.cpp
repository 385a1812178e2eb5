#include "qfx/kernels/int_gemm.h"

#include <algorithm>
#include <cstring>

// The loops over a tile's rows and vectors must disappear, or its sums live in memory instead of
// registers. GCC unrolls at -O2 only when told; clang does by itself.
#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 4")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int_gemm.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

// One lane holds no pair: plain loops, for machines below every vector target.
void gemm_int16_target(const std::int16_t* a, std::int64_t a_stride, const std::uint32_t* b,
                       std::int64_t b_stride, std::int32_t* c, std::int64_t c_stride,
                       std::int64_t m, std::int64_t n, std::int64_t pairs) {
  for (std::int64_t i = 0; i < m; ++i, a += a_stride, c += c_stride) {
    std::fill_n(c, n, 0);
    for (std::int64_t p = 0; p < pairs; ++p) {
      for (std::int64_t j = 0; j < n; ++j) {
        const std::uint32_t pair = b[p * b_stride + j];
        const std::int64_t low = static_cast<std::int16_t>(pair & 0xffff);
        const std::int64_t high = static_cast<std::int16_t>(pair >> 16);
        c[j] = static_cast<std::int32_t>(c[j] + a[2 * p] * low + a[2 * p + 1] * high);
      }
    }
  }
}

void gemm_int32_target(const std::int32_t* a, std::int64_t a_stride, const std::int32_t* b,
                       std::int64_t b_stride, std::int64_t* c, std::int64_t c_stride,
                       std::int64_t m, std::int64_t n, std::int64_t k) {
  for (std::int64_t i = 0; i < m; ++i, a += a_stride, c += c_stride) {
    std::fill_n(c, n, 0);
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t j = 0; j < n; ++j)
        c[j] = static_cast<std::int64_t>(
            static_cast<std::uint64_t>(c[j]) +
            static_cast<std::uint64_t>(std::int64_t{a[p]} * b[p * b_stride + j]));
  }
}

#else

// Vectors of at most kColumnPad words: longer ones would read past the padding.
using Sums = hn::CappedTag<std::int32_t, kColumnPad>;
using Pairs = hn::Repartition<std::int16_t, Sums>;
using SumsVector = hn::Vec<Sums>;

// kRows x kVectors sums stay in registers while k runs: 4 x 3 sums, 3 columns and 1 broadcast fill
// the 16 registers of AVX2. The second half of the sums is there for targets whose widening
// multiply splits lanes; it is constant zero and vanishes on x86.
template <int kRows, int kVectors>
HWY_ATTR HWY_INLINE void tile_int16(const std::int16_t* a, std::int64_t a_stride,
                                    const std::uint32_t* b, std::int64_t b_stride, std::int32_t* c,
                                    std::int64_t c_stride, std::int64_t pairs) {
  const Sums d;
  const Pairs dp;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  SumsVector sum[kRows][kVectors], rest[kRows][kVectors];
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) {
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v) sum[r][v] = rest[r][v] = hn::Zero(d);
  }
  for (std::int64_t p = 0; p < pairs; ++p) {
    hn::Vec<Pairs> columns[kVectors];
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v)
      columns[v] = hn::BitCast(
          dp, hn::LoadU(d, reinterpret_cast<const std::int32_t*>(b + p * b_stride + v * lanes)));
    QFX_UNROLL
    for (int r = 0; r < kRows; ++r) {
      std::int32_t pair;
      std::memcpy(&pair, a + r * a_stride + 2 * p, sizeof(pair));
      const auto row = hn::BitCast(dp, hn::Set(d, pair));
      QFX_UNROLL
      for (int v = 0; v < kVectors; ++v)
        sum[r][v] = hn::ReorderWidenMulAccumulate(d, row, columns[v], sum[r][v], rest[r][v]);
    }
  }
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) {
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v)
      hn::StoreU(hn::RearrangeToOddPlusEven(sum[r][v], rest[r][v]), d,
                 c + r * c_stride + v * lanes);
  }
}

template <int kRows>
HWY_ATTR void rows_int16(const std::int16_t* a, std::int64_t a_stride, const std::uint32_t* b,
                         std::int64_t b_stride, std::int32_t* c, std::int64_t c_stride,
                         std::int64_t n, std::int64_t pairs) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Sums()));
  std::int64_t j = 0;
  for (; j + 2 * lanes < n; j += 3 * lanes)
    tile_int16<kRows, 3>(a, a_stride, b + j, b_stride, c + j, c_stride, pairs);
  if (j + lanes < n)
    tile_int16<kRows, 2>(a, a_stride, b + j, b_stride, c + j, c_stride, pairs);
  else if (j < n)
    tile_int16<kRows, 1>(a, a_stride, b + j, b_stride, c + j, c_stride, pairs);
}

HWY_ATTR void gemm_int16_target(const std::int16_t* a, std::int64_t a_stride,
                                const std::uint32_t* b, std::int64_t b_stride, std::int32_t* c,
                                std::int64_t c_stride, std::int64_t m, std::int64_t n,
                                std::int64_t pairs) {
  std::int64_t i = 0;
  for (; i + 4 <= m; i += 4)
    rows_int16<4>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, n, pairs);
  for (; i + 2 <= m; i += 2)
    rows_int16<2>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, n, pairs);
  if (i < m)
    rows_int16<1>(a + i * a_stride, a_stride, b, b_stride, c + i * c_stride, c_stride, n, pairs);
}

using WideSums = hn::CappedTag<std::int64_t, kColumnPad>;
using HalfWords = hn::Rebind<std::int32_t, WideSums>;
using WideWords = hn::Repartition<std::int32_t, WideSums>;

template <int kRows>
HWY_ATTR HWY_INLINE void tile_int32(const std::int32_t* a, std::int64_t a_stride,
                                    const std::int32_t* b, std::int64_t b_stride, std::int64_t* c,
                                    std::int64_t c_stride, std::int64_t k) {
  const WideSums d;
  const WideWords dw;
  hn::Vec<WideSums> sum[kRows];
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) sum[r] = hn::Zero(d);
  for (std::int64_t p = 0; p < k; ++p) {
    const auto column = hn::BitCast(dw, hn::PromoteTo(d, hn::LoadU(HalfWords(), b + p * b_stride)));
    QFX_UNROLL
    for (int r = 0; r < kRows; ++r)
      sum[r] = sum[r] + hn::MulEven(hn::Set(dw, a[r * a_stride + p]), column);
  }
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) hn::StoreU(sum[r], d, c + r * c_stride);
}

HWY_ATTR void gemm_int32_target(const std::int32_t* a, std::int64_t a_stride, const std::int32_t* b,
                                std::int64_t b_stride, std::int64_t* c, std::int64_t c_stride,
                                std::int64_t m, std::int64_t n, std::int64_t k) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(WideSums()));
  std::int64_t i = 0;
  for (; i + 4 <= m; i += 4)
    for (std::int64_t j = 0; j < n; j += lanes)
      tile_int32<4>(a + i * a_stride, a_stride, b + j, b_stride, c + i * c_stride + j, c_stride, k);
  for (; i < m; ++i)
    for (std::int64_t j = 0; j < n; j += lanes)
      tile_int32<1>(a + i * a_stride, a_stride, b + j, b_stride, c + i * c_stride + j, c_stride, k);
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(gemm_int16_target);
HWY_EXPORT(gemm_int32_target);

void gemm_int16(const std::int16_t* a, std::int64_t a_stride, const std::uint32_t* b,
                std::int64_t b_stride, std::int32_t* c, std::int64_t c_stride, std::int64_t m,
                std::int64_t n, std::int64_t pairs) {
  HWY_DYNAMIC_DISPATCH(gemm_int16_target)(a, a_stride, b, b_stride, c, c_stride, m, n, pairs);
}

void gemm_int32(const std::int32_t* a, std::int64_t a_stride, const std::int32_t* b,
                std::int64_t b_stride, std::int64_t* c, std::int64_t c_stride, std::int64_t m,
                std::int64_t n, std::int64_t k) {
  HWY_DYNAMIC_DISPATCH(gemm_int32_target)(a, a_stride, b, b_stride, c, c_stride, m, n, k);
}

}  // namespace qfx::kernels
#endif
