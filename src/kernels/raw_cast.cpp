#include "qfx/kernels/raw_cast.h"

#include <cmath>

#include "kernels/plan.h"

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"

namespace qfx::kernels {
namespace {

// Elements that are on their way together: what is not finite sends no more than these to the law.
constexpr std::int64_t kTogether = 4 * kBlock;

// each(i, channel) for the elements of a part, i from the part's first.
template <class Each>
void for_each_element(const Walk& walk, const Part& part, const Each& each) {
  std::int64_t i = 0;
  for (std::int64_t r = part.first; r < part.last; ++r)
    for (std::int64_t j = part.begin; j < std::min(part.end, walk.row_end(r)); ++j)
      each(i++, walk.by_columns ? walk.channel_of_column(j) : walk.channel_of_row(r));
}

template <class T, class Raw>
void to_raw_by_law(const T* x, Raw* raw, const Walk& walk, const Part& part, fixed::Format format,
                   const int* frac_bits) {
  for_each_element(walk, part, [&](std::int64_t i, std::int64_t c) {
    format.int_bits = format.width - frac_bits[c];
    raw[i] = static_cast<Raw>(fixed::raw_from_double(static_cast<double>(x[i]), format));
  });
}

// C is the type the vectors work in.
template <class C, class T, class Raw>
void to_raw_in(const T* x, Raw* raw, const Extent& extent, const fixed::Format& format,
               const int* frac_bits) {
  simd::ForwardJob<T, C, Raw> job{
      {simd::Source::PLAIN, Grid<C>(format), {}, {}, {}, nullptr, nullptr}, nullptr};
  plan<T, C>(job, extent, {frac_bits}, nullptr, nullptr, false);
  job.walk.for_each_part(kTogether, [&](const Part& part, std::int64_t offset, std::int64_t) {
    job.part = part;
    job.x = x + offset;
    job.y = raw + offset;
    bool done = false;
    if (!simd::to_raw(job, &done) || !done)
      to_raw_by_law(job.x, job.y, job.walk, part, format, frac_bits);
  });
}

}  // namespace

template <class T, class Raw>
void to_raw(const T* x, Raw* raw, Extent extent, const fixed::Format& format,
            const int* frac_bits) {
  QFX_ASSERT(format.width <= static_cast<int>(8 * sizeof(Raw)) - !format.is_signed);
  const bool on_vectors =
      format.width <= kCarrierWidth<double> && within_reach<double>({frac_bits}, extent.channels);
  if (!on_vectors) {
    const Walk walk = walk_of(extent);
    return to_raw_by_law(x, raw, walk, walk.whole(), format, frac_bits);
  }
  if constexpr (std::is_same_v<T, float> && std::is_same_v<Raw, std::int32_t>) {
    if (format.width < kCarrierWidth<float> && within_reach<float>({frac_bits}, extent.channels))
      return to_raw_in<float>(x, raw, extent, format, frac_bits);
  }
  to_raw_in<double>(x, raw, extent, format, frac_bits);
}

template <class Raw, class T>
void from_raw(const Raw* raw, T* x, Extent extent, const int* frac_bits) {
  // int64_t to float by way of double would round twice.
  if constexpr (sizeof(Raw) <= sizeof(T)) {
    if (within_reach<T>({frac_bits}, extent.channels)) {
      simd::ForwardJob<Raw, T, T> job{
          {simd::Source::PLAIN, Grid<T>({.width = 1}), {}, {}, {}, raw, nullptr}, x};
      plan<Raw, T>(job, extent, {frac_bits}, nullptr, nullptr, false);
      if (simd::from_raw(job)) return;
    }
  }
  const Walk walk = walk_of(extent);
  for_each_element(walk, walk.whole(), [&](std::int64_t i, std::int64_t c) {
    x[i] = std::ldexp(static_cast<T>(raw[i]), -frac_bits[c]);
  });
}

#define QFX_INSTANTIATE(T, Raw)                                                           \
  template void to_raw<T, Raw>(const T*, Raw*, Extent, const fixed::Format&, const int*); \
  template void from_raw<Raw, T>(const Raw*, T*, Extent, const int*)
QFX_INSTANTIATE(float, std::int32_t);
QFX_INSTANTIATE(float, std::int64_t);
QFX_INSTANTIATE(double, std::int32_t);
QFX_INSTANTIATE(double, std::int64_t);
#undef QFX_INSTANTIATE

}  // namespace qfx::kernels
