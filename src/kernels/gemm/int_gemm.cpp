#include "qfx/kernels/int_gemm.h"

#include <algorithm>
#include <limits>

#include "kernels/gemm/avx512_dots.h"
#include "kernels/targets.h"

// The loops over a tile's rows and vectors must disappear, or its sums live in memory instead of
// registers. GCC unrolls at -O2 only when told; clang does by itself.
#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 6")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm/int_gemm.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "kernels/gemm/dots-inl.h"

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Words of a chunk. The sums of the first chunk are stored in C, those of later ones added.
struct Range {
  std::int64_t first, last;
};

#if HWY_TARGET == HWY_SCALAR

// One lane holds no pair: plain loops, for machines below every vector target.
struct Int32Dot {
  static std::int64_t of(std::uint32_t a, std::uint32_t b) {
    return std::int64_t{static_cast<std::int32_t>(a)} * static_cast<std::int32_t>(b);
  }
};
struct Int16Dot {
  static std::int64_t of(std::uint32_t a, std::uint32_t b) {
    return std::int64_t{static_cast<std::int16_t>(a)} * static_cast<std::int16_t>(b) +
           std::int64_t{static_cast<std::int16_t>(a >> 16)} * static_cast<std::int16_t>(b >> 16);
  }
};
struct Int8Dot {
  static std::int64_t of(std::uint32_t a, std::uint32_t b) {
    std::int64_t sum = 0;
    for (int shift = 0; shift < 32; shift += 8)
      sum += static_cast<std::int8_t>(a >> shift) * static_cast<std::uint8_t>(b >> shift);
    return sum;
  }
};
using Int8FittingDot = Int8Dot;

template <class Dot, class C>
void multiply(const WordProduct& p, std::int64_t /*chunk*/, C* c, std::int64_t c_stride) {
  for (std::int64_t i = 0; i < p.m; ++i)
    for (std::int64_t j = 0; j < p.n; ++j) {
      std::uint64_t sum = 0;
      for (std::int64_t k = 0; k < p.depth; ++k)
        sum += static_cast<std::uint64_t>(Dot::of(p.a[i * p.a_stride + k], p.b[p.rows[k] + j]));
      c[i * c_stride + j] = static_cast<C>(sum);
    }
}

template <class Dot, class C>
void multiply(const WordProduct& p, C* c, std::int64_t c_stride) {
  multiply<Dot>(p, 0, c, c_stride);
}

#else

HWY_INLINE void store(hn::Vec<Words> sum, std::int32_t* c, bool add) {
  const Words d;
  if (add) sum = hn::Add(sum, hn::LoadU(d, c));
  hn::StoreU(sum, d, c);
}

HWY_INLINE void store(hn::Vec<WideSums> sum, std::int64_t* c, bool add) {
  const WideSums d;
  if (add) sum = hn::Add(sum, hn::LoadU(d, c));
  hn::StoreU(sum, d, c);
}

HWY_INLINE void store(hn::Vec<Words> sum, std::int64_t* c, bool add) {
  HWY_ALIGN std::int32_t lanes[kColumnPad];
  hn::Store(sum, Words(), lanes);
  const WideSums d;
  const hn::Rebind<std::int32_t, WideSums> half;
  constexpr std::int64_t kStep = hn::MaxLanes(WideSums());
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(hn::MaxLanes(Words())); i += kStep)
    store(hn::PromoteTo(d, hn::LoadU(half, lanes + i)), c + i, add);
}

// Columns from `j` on, of words [range.first, range.last): the sums stay in registers.
template <class Dot, int kRows, int kVectors, class C>
HWY_INLINE void tile(const WordProduct& p, const Range& range, const std::uint32_t* a,
                     std::int64_t j, C* c, std::int64_t c_stride) {
  typename Dot::Sum sum[kRows][kVectors];
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) {
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v) sum[r][v] = Dot::zero();
  }
  for (std::int64_t k = range.first; k < range.last; ++k) {
    const std::uint32_t* b = p.b + p.rows[k] + j;
    decltype(Dot::columns(b)) columns[kVectors];
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v) columns[v] = Dot::columns(b + v * Dot::kLanes);
    QFX_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const auto row = Dot::row(a[r * p.a_stride + k]);
      QFX_UNROLL
      for (int v = 0; v < kVectors; ++v) Dot::add(row, columns[v], sum[r][v]);
    }
  }
  QFX_UNROLL
  for (int r = 0; r < kRows; ++r) {
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v)
      store(Dot::value(sum[r][v]), c + r * c_stride + j + v * Dot::kLanes, range.first > 0);
  }
}

template <class Dot, int kRows, class C>
HWY_INLINE void rows(const WordProduct& p, const Range& range, std::int64_t row, C* c,
                     std::int64_t c_stride) {
  const std::uint32_t* a = p.a + row * p.a_stride;
  c += row * c_stride;
  std::int64_t j = 0;
  for (; j + Dot::kLanes < p.n; j += 2 * Dot::kLanes)
    tile<Dot, kRows, 2>(p, range, a, j, c, c_stride);
  if (j < p.n) tile<Dot, kRows, 1>(p, range, a, j, c, c_stride);
}

// Sums of `chunk` words are stored or added to C at a time.
template <class Dot, class C>
HWY_INLINE void multiply(const WordProduct& p, std::int64_t chunk, C* c, std::int64_t c_stride) {
  for (std::int64_t first = 0; first < p.depth; first += chunk) {
    const Range range{first, std::min(first + chunk, p.depth)};
    std::int64_t i = 0;
    for (; i + 6 <= p.m; i += 6) rows<Dot, 6>(p, range, i, c, c_stride);
    if (i + 4 <= p.m) {
      rows<Dot, 4>(p, range, i, c, c_stride);
      i += 4;
    }
    if (i + 2 <= p.m) {
      rows<Dot, 2>(p, range, i, c, c_stride);
      i += 2;
    }
    if (i < p.m) rows<Dot, 1>(p, range, i, c, c_stride);
  }
}

template <class Dot, class C>
HWY_INLINE void multiply(const WordProduct& p, C* c, std::int64_t c_stride) {
  multiply<Dot>(p, kDepthBlock, c, c_stride);
}

#endif  // HWY_TARGET == HWY_SCALAR

HWY_ATTR void int32_target(const WordProduct& p, std::int64_t* c, std::int64_t c_stride) {
  multiply<Int32Dot>(p, c, c_stride);
}
HWY_ATTR void int16_target(const WordProduct& p, std::int32_t* c, std::int64_t c_stride) {
  multiply<Int16Dot>(p, c, c_stride);
}
HWY_ATTR void int16_chunks_target(const WordProduct& p, std::int64_t chunk, std::int64_t* c,
                                  std::int64_t c_stride) {
  multiply<Int16Dot>(p, chunk, c, c_stride);
}
HWY_ATTR void int8_target(const WordProduct& p, std::int32_t* c, std::int64_t c_stride) {
  multiply<Int8Dot>(p, c, c_stride);
}
HWY_ATTR void int8_fitting_target(const WordProduct& p, std::int32_t* c, std::int64_t c_stride) {
  multiply<Int8FittingDot>(p, c, c_stride);
}
std::int64_t this_target() {
  return HWY_TARGET;
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(int32_target);
HWY_EXPORT(int16_target);
HWY_EXPORT(int16_chunks_target);
HWY_EXPORT(int8_target);
HWY_EXPORT(int8_fitting_target);
HWY_EXPORT(this_target);

namespace {

// AVX-512's dot products stand above Highway's best target: whoever forces another one gets that.
bool use_avx512_dots() {
#if HWY_ARCH_X86
  return avx512::has_dots() && HWY_DYNAMIC_DISPATCH(this_target)() == HWY_AVX3;
#else
  return false;
#endif
}

}  // namespace

void gemm_int32(const WordProduct& product, std::int64_t* c, std::int64_t c_stride) {
  HWY_DYNAMIC_DISPATCH(int32_target)(product, c, c_stride);
}

void gemm_int16(const WordProduct& product, std::int32_t* c, std::int64_t c_stride) {
  if (use_avx512_dots()) return avx512::gemm_int16(product, c, c_stride);
  HWY_DYNAMIC_DISPATCH(int16_target)(product, c, c_stride);
}

void gemm_int16_chunks(const WordProduct& product, std::int64_t chunk, std::int64_t* c,
                       std::int64_t c_stride) {
  HWY_DYNAMIC_DISPATCH(int16_chunks_target)(product, chunk, c, c_stride);
}

void gemm_int8(const WordProduct& product, std::int32_t* c, std::int64_t c_stride) {
  if (use_avx512_dots()) return avx512::gemm_int8(product, c, c_stride);
  HWY_DYNAMIC_DISPATCH(int8_target)(product, c, c_stride);
}

void gemm_int8_fitting(const WordProduct& product, std::int32_t* c, std::int64_t c_stride) {
  if (use_avx512_dots()) return avx512::gemm_int8(product, c, c_stride);
  HWY_DYNAMIC_DISPATCH(int8_fitting_target)(product, c, c_stride);
}

bool has_int8_dot() {
  return use_avx512_dots();
}

bool has_int8_fitting() {
#if HWY_ARCH_X86
  return HWY_DYNAMIC_DISPATCH(this_target)() != HWY_SCALAR;
#else
  return false;
#endif
}

std::string gemm_target() {
  const std::string name = hwy::TargetName(HWY_DYNAMIC_DISPATCH(this_target)());
  return use_avx512_dots() ? name + " with VNNI" : name;
}

std::int64_t safe_chunk(std::span<const std::int64_t> largest) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::int64_t size = std::ssize(largest);
  std::int64_t chunk = size;
  for (std::int64_t first = 0; first + chunk <= size && chunk > 0; ++first) {
    std::int64_t sum = 0;
    for (std::int64_t words = 0; words < chunk; ++words) {
      sum += largest[first + words];
      if (sum > kMost) chunk = words;
    }
  }
  return chunk;
}

}  // namespace qfx::kernels
#endif
