#include "kernels/bits/look_up_sums.h"

#include <cstddef>

#include "kernels/ref/look_up_sums.h"
#include "kernels/targets.h"

// The loops over a step's pixels must disappear, or its sums live in memory instead of registers.
#undef QFX_UNROLL
#if defined(__GNUC__) && !defined(__clang__)
#define QFX_UNROLL _Pragma("GCC unroll 4")
#else
#define QFX_UNROLL
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bits/look_up_sums.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if QFX_HAS_VECTORS

using Words = hn::CappedTag<std::int32_t, kLookUpColumns>;
using Halves = hn::Rebind<std::int16_t, Words>;
constexpr std::int64_t kLanes = hn::MaxLanes(Words());

// Columns from `column` on of kPixels neighbouring pixels from `pixel` on.
template <int kPixels>
HWY_INLINE void add_up(const LookUpSums& job, std::int64_t pixel, std::int64_t column,
                       std::int32_t* sums) {
  const std::uint16_t* places[kPixels];
  hn::Vec<Halves> sum[kPixels];
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    places[i] = job.places + (pixel + i) * job.pixel_step;
    sum[i] = hn::Zero(Halves());
  }
  const std::int16_t* table = job.tables + column;
  for (std::int64_t run = 0; run < job.runs; ++run)
    for (std::int64_t at = job.run_offsets[run]; at < job.run_offsets[run] + job.run;
         ++at, table += job.table_size) {
      QFX_UNROLL
      for (int i = 0; i < kPixels; ++i)
        sum[i] = hn::Add(sum[i], hn::LoadU(Halves(), table + places[i][at]));
    }
  QFX_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    const auto words = hn::PromoteTo(Words(), sum[i]);
    std::int32_t* to = sums + (pixel + i) * job.columns + column;
    const std::int64_t left = job.columns - column;
    if (left >= kLanes)
      hn::StoreU(words, Words(), to);
    else
      hn::BlendedStore(words, hn::FirstN(Words(), static_cast<std::size_t>(left)), Words(), to);
  }
}

#endif  // QFX_HAS_VECTORS

HWY_ATTR void look_up_sums(const LookUpSums& job, std::int32_t* sums) {
#if QFX_HAS_VECTORS
  constexpr int kPixels = 4;
  for (std::int64_t column = 0; column < job.columns; column += kLanes) {
    std::int64_t pixel = 0;
    for (; pixel + kPixels <= job.pixels; pixel += kPixels)
      add_up<kPixels>(job, pixel, column, sums);
    for (; pixel < job.pixels; ++pixel) add_up<1>(job, pixel, column, sums);
  }
#else
  ref::look_up_sums(job, sums);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(look_up_sums);

void look_up_sums(const LookUpSums& job, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(look_up_sums)(job, sums);
}

}  // namespace qfx::kernels
#endif
