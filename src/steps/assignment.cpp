#include "qfx/steps/assignment.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "qfx/base/error.h"
#include "qfx/kernels/khot.h"

namespace qfx::steps {

kernels::Extent point_extent(const Assignment& assignment, std::int64_t elements) {
  const auto channels = static_cast<std::int64_t>(assignment.frac_bits.size());
  return {1, channels, elements / channels};
}

template <class T>
void cast_array(const T* x, T* y, const kernels::Extent& extent, const Assignment& a) {
  kernels::fake_cast(x, y, extent, a.format, a.frac_bits.data());
  if (a.k_hot > 0)
    kernels::project_khot(y, extent, a.k_hot, a.signed_digits, a.format, a.frac_bits.data());
}

template <class T>
std::vector<kernels::PointGradient> cast_array_backward(const T* x, const T* dy, T* dx,
                                                        const kernels::Extent& extent,
                                                        const Assignment& a) {
  std::vector<kernels::PointGradient> points(a.frac_bits.size());
  std::vector<double> corrections(points.size(), 0.0);
  QFX_ASSERT(extent.outer == 1);
  if (a.k_hot > 0) {
    // The kernel's gradient has q, the cast; the forward's result is p, the projection. In range
    // and saturated alike the difference is ln2 * (q - p) * dy; where q jumped out of the range,
    // a step or more away from x, it is (p - q) * dy.
    std::vector<T> q(extent.size());
    kernels::fake_cast(x, q.data(), extent, a.format, a.frac_bits.data());
    std::vector<T> p = q;
    kernels::project_khot(p.data(), extent, a.k_hot, a.signed_digits, a.format, a.frac_bits.data());
    const bool jumps = kernels::jumps_outside(a.format);
    for (std::int64_t c = 0; c < extent.channels; ++c) {
      const double step = std::ldexp(1.0, -a.frac_bits[c]);
      double sum = 0;
      for (std::int64_t i = c * extent.inner; i < (c + 1) * extent.inner; ++i) {
        const bool jumped = jumps && std::abs(static_cast<double>(x[i]) - q[i]) >= step;
        if (jumped && !a.format.is_signed && x[i] < 0) continue;  // pulls at nothing
        sum += (jumped ? -1.0 : std::numbers::ln2) * (static_cast<double>(q[i]) - p[i]) *
               static_cast<double>(dy[i]);
      }
      corrections[c] = sum;
    }
  }
  kernels::fake_cast_backward(x, dy, dx, extent, a.format, a.frac_bits.data(), points.data());
  for (std::size_t c = 0; c < points.size(); ++c) points[c].df += corrections[c];
  return points;
}

std::vector<float> point_gradient(const Assignment& assignment,
                                  const std::vector<kernels::PointGradient>& points,
                                  std::int64_t values) {
  std::vector<double> sums(assignment.frac_bits.size(), 0.0);
  std::int64_t overflows = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sums[i % sums.size()] += points[i].df;
    overflows += points[i].overflows;
  }
  if (assignment.count != nullptr) {
    assignment.count->overflows += overflows;
    assignment.count->values += values;
  }
  return {sums.begin(), sums.end()};
}

template <class T>
void count_overflows(const T* x, std::int64_t values, const Assignment& assignment,
                     const Loop& loop) {
  const Blocks blocks(point_extent(assignment, values));
  std::vector<std::int64_t> overflows(static_cast<std::size_t>(blocks.count()));
  blocks.run(loop, [&](std::int64_t block, std::int64_t at, const kernels::Extent& part) {
    overflows[static_cast<std::size_t>(block)] =
        kernels::count_overflows(x + at, part, assignment.format, assignment.frac_bits.data());
  });
  assignment.count->overflows +=
      std::accumulate(overflows.begin(), overflows.end(), std::int64_t{0});
  assignment.count->values += values;
}

template void cast_array(const float*, float*, const kernels::Extent&, const Assignment&);
template void cast_array(const double*, double*, const kernels::Extent&, const Assignment&);
template std::vector<kernels::PointGradient> cast_array_backward(const float*, const float*, float*,
                                                                 const kernels::Extent&,
                                                                 const Assignment&);
template std::vector<kernels::PointGradient> cast_array_backward(const double*, const double*,
                                                                 double*, const kernels::Extent&,
                                                                 const Assignment&);
template void count_overflows(const float*, std::int64_t, const Assignment&, const Loop&);
template void count_overflows(const double*, std::int64_t, const Assignment&, const Loop&);

}  // namespace qfx::steps
