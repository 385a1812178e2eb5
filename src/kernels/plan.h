// From a call's arguments to a job for the vector kernels.
#pragma once

#include <bit>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "kernels/simd/jobs.h"

namespace qfx::kernels {

// Binary points as far out as this leave 2^F, 2^-F and every raw value times them normal numbers;
// further ones go to the reference.
template <class C>
inline constexpr int kFarPoint = 100;
template <>
inline constexpr int kFarPoint<double> = 900;

// frac_bits[c * stride]: stride 0 gives all channels one binary point.
struct BinaryPoints {
  const int* frac_bits;
  int stride = 1;
  int of(std::int64_t channel) const { return frac_bits[channel * stride]; }
};

template <class C>
bool within_reach(const BinaryPoints& points, std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; ++c)
    if (std::abs(points.of(c)) > kFarPoint<C>) return false;
  return true;
}

// 2^exponent, a normal number.
template <class C>
C power_of_two(int exponent) {
  using Bits = std::conditional_t<sizeof(C) == 4, std::uint32_t, std::uint64_t>;
  constexpr int kMantissa = std::numeric_limits<C>::digits - 1;
  return std::bit_cast<C>(static_cast<Bits>(exponent + std::numeric_limits<C>::max_exponent - 1)
                          << kMantissa);
}

// column[j] = channels[channel of column j].member, padded to whole lines.
template <class C>
void spread(const std::vector<simd::Point<C>>& channels, const Walk& walk,
            C simd::Point<C>::*member, C padding, std::vector<C>& column) {
  constexpr std::int64_t kLine = kLanes<C>;
  column.reserve(static_cast<std::size_t>((walk.length + kLine - 1) / kLine * kLine));
  for (const simd::Point<C>& channel : channels)
    column.insert(column.end(), static_cast<std::size_t>(walk.inner), channel.*member);
  const std::size_t slice = column.size(), length = static_cast<std::size_t>(walk.length);
  column.resize(length);
  for (std::size_t j = slice; j < length; ++j) column[j] = column[j - slice];
  column.resize(column.capacity(), padding);
}

// Fills the job's walk, points and part, the whole array; scale and offset are null where the
// source has none. `sums`: the job adds up channel by channel.
template <class T, class C>
void plan(simd::Job<T, C>& job, const Extent& extent, const BinaryPoints& points, const T* scale,
          const T* offset, bool sums) {
  job.walk = walk_of(extent);
  job.part = job.walk.whole();
  auto& channels = job.points.channels;
  channels.resize(static_cast<std::size_t>(extent.channels));
  job.points.uniform = scale == nullptr && !sums;
  for (std::int64_t c = 0; c < extent.channels; ++c) {
    const int f = points.of(c);
    job.points.coarse |= f < 0;
    job.points.uniform &= f == points.of(0);
    channels[static_cast<std::size_t>(c)] = {power_of_two<C>(f), power_of_two<C>(-f),
                                             scale ? static_cast<C>(scale[c]) : C(0),
                                             offset ? static_cast<C>(offset[c]) : C(0)};
  }
  if (!job.walk.by_columns || job.points.uniform) return;
  const auto fill = [&](std::vector<C>& column, C simd::Point<C>::*member, C padding) {
    spread(channels, job.walk, member, padding, column);
  };
  fill(job.points.to_grid, &simd::Point<C>::to_grid, C(1));
  fill(job.points.unit, &simd::Point<C>::unit, C(1));
  if (scale != nullptr) fill(job.points.scale, &simd::Point<C>::scale, C(0));
  if (offset != nullptr) fill(job.points.offset, &simd::Point<C>::offset, C(0));
}

}  // namespace qfx::kernels
