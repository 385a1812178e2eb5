// From a call's arguments to a job for the vector kernels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>

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

// Fills the job's grid, walk and points; scale and offset are null but for AFFINE.
template <class T, class C>
void plan(simd::Job<T, C>& job, const Extent& extent, const BinaryPoints& points, const T* scale,
          const T* offset) {
  job.walk = walk_of(extent, kLanes<C>);
  auto& channels = job.points.channels;
  channels.resize(static_cast<std::size_t>(extent.channels));
  for (std::int64_t c = 0; c < extent.channels; ++c) {
    const int f = points.of(c);
    channels[static_cast<std::size_t>(c)] = {std::ldexp(C(1), f), std::ldexp(C(1), -f),
                                             scale ? static_cast<C>(scale[c]) : C(0),
                                             offset ? static_cast<C>(offset[c]) : C(0)};
  }
  if (!job.walk.by_columns) return;
  const std::int64_t padded = (job.walk.length + kLanes<C> - 1) / kLanes<C> * kLanes<C>;
  const auto fill = [&](std::vector<C>& column, C simd::Point<C>::*member, C padding) {
    column.assign(static_cast<std::size_t>(padded), padding);
    for (std::int64_t j = 0; j < job.walk.length; ++j)
      column[static_cast<std::size_t>(j)] =
          channels[static_cast<std::size_t>(job.walk.channel_of_column(j))].*member;
  };
  fill(job.points.to_grid, &simd::Point<C>::to_grid, C(1));
  fill(job.points.unit, &simd::Point<C>::unit, C(1));
  if (scale == nullptr) return;
  fill(job.points.scale, &simd::Point<C>::scale, C(0));
  fill(job.points.offset, &simd::Point<C>::offset, C(0));
}

}  // namespace qfx::kernels
