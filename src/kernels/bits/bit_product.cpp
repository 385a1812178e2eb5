#include "kernels/bits/bit_product.h"

#include <algorithm>
#include <cstring>

#include "kernels/ref/bit_product.h"

// A machine that counts the bits of a lane in one instruction is a target of its own.
#define HWY_WANT_AVX3_DL
#include "kernels/targets.h"

// The loops over a tile's planes, pixels and vectors must disappear, or its counts live in memory
// instead of registers.
#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 8")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bits/bit_product.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

using Words = hn::CappedTag<std::uint32_t, kBitColumns>;
using Sums = hn::RebindToSigned<Words>;
constexpr std::int64_t kLanes = hn::MaxLanes(Words());

// A running count takes so many words before it is folded into lanes of 32 bits.
#if HWY_TARGET == HWY_AVX3_DL
using Running = Words;
constexpr std::int64_t kChunk = std::int64_t{1} << 26;
HWY_INLINE hn::Vec<Words> fold(hn::Vec<Running> count) {
  return count;
}
#else
// A byte counts up to 8 a word, and holds 255.
using Running = hn::Repartition<std::uint8_t, Words>;
constexpr std::int64_t kChunk = 31;
HWY_INLINE hn::Vec<Words> fold(hn::Vec<Running> count) {
  const hn::Repartition<std::uint16_t, Words> halves;
  const auto bytes = hn::BitCast(halves, count);
  const auto pairs = hn::BitCast(
      Words(), hn::Add(hn::And(bytes, hn::Set(halves, 0xff)), hn::ShiftRight<8>(bytes)));
  return hn::Add(hn::And(pairs, hn::Set(Words(), 0xffff)), hn::ShiftRight<16>(pairs));
}
#endif

// The bits of the mask in which a and b differ.
HWY_INLINE hn::Vec<Words> differing(hn::Vec<Words> a, hn::Vec<Words> b, hn::Vec<Words> mask) {
#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX3
  return hn::Vec<Words>{_mm512_ternarylogic_epi32(a.raw, b.raw, mask.raw, 0x28)};
#else
  return hn::And(hn::Xor(a, b), mask);
#endif
}

// The counts of words first..last.
template <int kPlanes, int kPixels, int kVectors>
HWY_INLINE void count_words(const BitProduct& p, std::int64_t row, std::int64_t column,
                            std::int64_t first, std::int64_t last,
                            hn::Vec<Words> (&counts)[kPlanes][kPixels][kVectors]) {
  hn::Vec<Running> running[kPlanes][kPixels][kVectors];
  const std::uint16_t* pixels[kPixels];
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    pixels[i] = p.a + (row + i) * p.a_step;
    QFX_UNROLL
    for (int k = 0; k < kPlanes; ++k) {
      QFX_UNROLL
      for (int v = 0; v < kVectors; ++v) running[k][i][v] = hn::Zero(Running());
    }
  }
  const std::uint32_t* b = p.b + first * p.b_stride + column;
  for (std::int64_t d = first; d < last; ++d, b += p.b_stride) {
    const auto mask = hn::Set(Words(), p.masks[d]);
    hn::Vec<Words> weights[kVectors];
    QFX_UNROLL
    for (int v = 0; v < kVectors; ++v) weights[v] = hn::LoadU(Words(), b + v * kLanes);
    std::int64_t offset = p.words[d];
    QFX_UNROLL
    for (int k = 0; k < kPlanes; ++k, offset += p.plane_size) {
      QFX_UNROLL
      for (int i = 0; i < kPixels; ++i) {
        std::uint32_t word;
        std::memcpy(&word, pixels[i] + offset, 4);
        const auto x = hn::Set(Words(), word);
        QFX_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          const auto bits = hn::BitCast(Running(), differing(x, weights[v], mask));
          running[k][i][v] = hn::Add(running[k][i][v], hn::PopulationCount(bits));
        }
      }
    }
  }
  QFX_UNROLL
  for (int k = 0; k < kPlanes; ++k) {
    QFX_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      QFX_UNROLL
      for (int v = 0; v < kVectors; ++v) counts[k][i][v] = fold(running[k][i][v]);
    }
  }
}

template <int kPlanes, int kPixels, int kVectors>
HWY_INLINE void count_tile(const BitProduct& p, std::int64_t row, std::int64_t column,
                           hn::Vec<Words> (&counts)[kPlanes][kPixels][kVectors]) {
  count_words(p, row, column, 0, HWY_MIN(kChunk, p.depth), counts);
  for (std::int64_t d = kChunk; d < p.depth; d += kChunk) {
    hn::Vec<Words> more[kPlanes][kPixels][kVectors];
    count_words(p, row, column, d, HWY_MIN(d + kChunk, p.depth), more);
    QFX_UNROLL
    for (int k = 0; k < kPlanes; ++k) {
      QFX_UNROLL
      for (int i = 0; i < kPixels; ++i) {
        QFX_UNROLL
        for (int v = 0; v < kVectors; ++v)
          counts[k][i][v] = hn::Add(counts[k][i][v], more[k][i][v]);
      }
    }
  }
}

// base - 2 * count
HWY_INLINE hn::Vec<Sums> sum_of(hn::Vec<Sums> base, hn::Vec<Words> count) {
  return hn::Sub(base, hn::BitCast(Sums(), hn::Add(count, count)));
}

// The first `count` lanes, in both.
HWY_INLINE hn::Vec<Sums> load(const std::int16_t* from, std::int64_t count) {
  const hn::Rebind<std::int16_t, Sums> d;
  if (count >= kLanes) return hn::PromoteTo(Sums(), hn::LoadU(d, from));
  // A masked load of halves reads all of them on older targets.
  HWY_ALIGN std::int16_t halves[kLanes] = {};
  std::copy_n(from, count, halves);
  return hn::PromoteTo(Sums(), hn::Load(d, halves));
}
HWY_INLINE void store(hn::Vec<Sums> sums, std::int64_t count, std::int32_t* to) {
  if (count >= kLanes) return hn::StoreU(sums, Sums(), to);
  hn::BlendedStore(sums, hn::FirstN(Sums(), static_cast<std::size_t>(count)), Sums(), to);
}

struct Job {
  BitProduct p;
  BitFinish finish;
  std::int32_t* sums;
  std::int64_t stride;
};

template <int kPlanes, bool kGated, int kPixels, int kVectors>
HWY_INLINE void multiply_tile(const Job& job, std::int64_t row, std::int64_t column) {
  hn::Vec<Words> counts[kPlanes][kPixels][kVectors];
  count_tile(job.p, row, column, counts);
  const std::int32_t* base = job.finish.base + column;
  std::int32_t* sums = job.sums + row * job.stride + column;
  QFX_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    const auto gate =
        kGated ? hn::LoadU(Sums(), job.finish.gates + column + v * kLanes) : hn::Zero(Sums());
    QFX_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      const auto start =
          hn::LoadU(Sums(), base + job.finish.kinds[row + i] * job.p.b_stride + v * kLanes);
      auto total = sum_of(start, counts[kPlanes - 1][i][v]);
      std::int32_t* to = sums + i * job.stride + v * kLanes;
      const std::int64_t lanes = job.p.n - column - v * kLanes;
      if (kGated) {
        const auto upper = kPlanes == 2 ? total : load(job.finish.upper + (to - job.sums), lanes);
        const auto coarse = hn::Add(upper, upper);
        const auto lower = sum_of(start, counts[0][i][v]);
        total = hn::Add(coarse, hn::IfThenElseZero(hn::Gt(coarse, gate), lower));
      } else {
        QFX_UNROLL
        for (int k = kPlanes - 2; k >= 0; --k)
          total = hn::Add(hn::Add(total, total), sum_of(start, counts[k][i][v]));
      }
      store(total, lanes, to);
    }
  }
}

// A tile's counts are at most 16 vectors.
template <int kPlanes, bool kGated, int kVectors>
HWY_INLINE void multiply_columns(const Job& job, std::int64_t column) {
  constexpr int kPixels = kPlanes > 2 ? 2 : 4;
  std::int64_t row = 0;
  for (; row + kPixels <= job.p.m; row += kPixels)
    multiply_tile<kPlanes, kGated, kPixels, kVectors>(job, row, column);
  for (; row < job.p.m; ++row) multiply_tile<kPlanes, kGated, 1, kVectors>(job, row, column);
}

template <int kPlanes, bool kGated = false>
HWY_NOINLINE void multiply_planes(const Job job) {
  std::int64_t column = 0;
  for (; column + kLanes < job.p.n; column += 2 * kLanes)
    multiply_columns<kPlanes, kGated, 2>(job, column);
  if (column < job.p.n) multiply_columns<kPlanes, kGated, 1>(job, column);
}

#endif  // QFX_HAS_VECTORS

HWY_ATTR void multiply_bits(const BitProduct& product, const BitFinish& finish, std::int32_t* sums,
                            std::int64_t stride) {
#if QFX_HAS_VECTORS
  const Job job{product, finish, sums, stride};
  if (finish.gates != nullptr)
    return product.planes == 2 ? multiply_planes<2, true>(job) : multiply_planes<1, true>(job);
  switch (product.planes) {
    case 1:
      return multiply_planes<1>(job);
    case 2:
      return multiply_planes<2>(job);
    case 3:
      return multiply_planes<3>(job);
    case 4:
      return multiply_planes<4>(job);
  }
#else
  ref::multiply_bits(product, finish, sums, stride);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(multiply_bits);

void multiply_bits(const BitProduct& product, const BitFinish& finish, std::int32_t* sums,
                   std::int64_t stride) {
  HWY_DYNAMIC_DISPATCH(multiply_bits)(product, finish, sums, stride);
}

}  // namespace qfx::kernels
#endif
