// One cast of an array as the public functions get it, and the way into the vector kernels; they
// leave something to the reference where they say false.
#pragma once

#include <numbers>
#include <optional>

#include "kernels/plan.h"

namespace qfx::kernels {

template <class T>
struct Call {
  simd::Source source;
  const T* x;
  const T* b = nullptr;       // SUM, PRODUCT
  Bounds<T> bounds{};         // CLIP
  const T* scale = nullptr;   // AFFINE, PRELU
  const T* offset = nullptr;  // AFFINE
  Extent extent;
  fixed::Format format;
  BinaryPoints points;
};

// The forward job without y; empty where the reference has to do it: far binary points.
template <class C, class T>
std::optional<simd::ForwardJob<T, C>> forward_job(const Call<T>& call) {
  using fixed::Overflow;
  Grid<C> grid(call.format);
  if (!within_reach<C>(call.points, call.extent.channels)) return {};
  simd::Source source = call.source;
  const Overflow overflow = call.format.overflow;
  if (source == simd::Source::RELU &&
      (overflow == Overflow::SAT || overflow == Overflow::SAT_SYM)) {
    // Saturation at 0 does what the relu does.
    source = simd::Source::PLAIN;
    grid.low = 0;
  }
  simd::ForwardJob<T, C> job{{source, grid, {}, {}, {}, call.x, call.b, call.bounds}, nullptr};
  plan<T, C>(job, call.extent, call.points, call.scale, call.offset, false);
  return job;
}

// What a backward job adds up in.
template <class C>
struct Sums {
  std::vector<simd::ChannelSums> channels;
  std::optional<simd::ColumnSums<C>> columns;

  void finish(const Walk& walk) {
    if (columns) columns->add_to(channels, walk);
  }
};

// The backward job without dy and dx, its sums at zero; empty where the forward job is.
template <class C, class T>
std::optional<simd::BackwardJob<T, C>> backward_job(const Call<T>& call, Sums<C>& sums) {
  const Grid<C> grid(call.format);
  if (!within_reach<C>(call.points, call.extent.channels)) return {};
  simd::BackwardJob<T, C> job{{call.source, grid, {}, {}, {}, call.x, call.b, call.bounds},
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
  plan<T, C>(job, call.extent, call.points, call.scale, call.offset, true);
  sums.channels.assign(static_cast<std::size_t>(call.extent.channels), {});
  if (job.walk.by_columns) sums.columns.emplace(simd::sums_of(call.source), job.walk.length);
  job.sums = &sums.channels;
  job.columns = sums.columns ? &*sums.columns : nullptr;
  return job;
}

inline PointGradient point_gradient(double sum, std::int64_t overflows) {
  return {std::numbers::ln2 * sum, overflows};
}

// One binary point for all channels.
inline PointGradient common_point(const std::vector<simd::ChannelSums>& sums, std::int64_t size) {
  double point = 0;
  std::int64_t inside = 0;
  for (const simd::ChannelSums& channel : sums) {
    point += channel.point;
    inside += channel.inside;
  }
  return point_gradient(point, size - inside);
}

}  // namespace qfx::kernels
