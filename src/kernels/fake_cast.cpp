#include "qfx/kernels/fake_cast.h"

#include <numbers>

#include "kernels/plan.h"
#include "kernels/ref/fake_cast.h"

// Each function asks the vector kernels first; what they leave (a machine without vectors, WRAP_SM,
// WRAP with saturated bits, far binary points) the reference does.
namespace qfx::kernels {
namespace {

using simd::Source;

// The arguments that all functions share.
template <class T>
struct Call {
  Source source;
  const T* x;
  const T* b;
  const T* scale;
  const T* offset;
  Extent extent;
  const fixed::Format& format;
  BinaryPoints points;
};

template <class C, class T, class Job>
void fill(Job& job, const Call<T>& call) {
  plan<T, C>(job, call.extent, call.points, call.scale, call.offset);
}

template <class C, class T>
bool forward(const Call<T>& call, T* y) {
  const Grid<C> grid(call.format);
  if (grid.wraps_by_law() || !within_reach<C>(call.points, call.extent.channels)) return false;
  simd::ForwardJob<T, C> job{{call.source, grid, {}, {}, call.x, call.b}, y};
  fill<C>(job, call);
  return simd::forward(job);
}

// Sums of every channel; empty where the reference has to do it.
template <class C, class T>
std::vector<simd::ChannelSums> backward(const Call<T>& call, const T* dy, T* dx) {
  const Grid<C> grid(call.format);
  if (!within_reach<C>(call.points, call.extent.channels)) return {};
  std::vector<simd::ChannelSums> sums(static_cast<std::size_t>(call.extent.channels));
  simd::BackwardJob<T, C> job{{call.source, grid, {}, {}, call.x, call.b}, dy, dx, &sums};
  fill<C>(job, call);
  if (!simd::backward(job)) sums.clear();
  return sums;
}

// The backward pass of all but AFFINE. False where the reference has to do it.
template <class T>
bool backward_points(const Call<T>& call, const T* dy, T* dx, PointGradient* points) {
  const std::vector<simd::ChannelSums> sums = backward<T>(call, dy, dx);
  const std::int64_t elements = call.extent.outer * call.extent.inner;
  for (std::size_t c = 0; c < sums.size(); ++c)
    points[c] = {std::numbers::ln2 * sums[c].point, elements - sums[c].inside};
  return !sums.empty();
}

}  // namespace

template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  if (forward<T, T>({Source::PLAIN, x, nullptr, nullptr, nullptr, extent, format, {frac_bits}}, y))
    return;
  ref::fake_cast(x, y, extent, format, frac_bits);
}

template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  if (backward_points<T>({Source::PLAIN, x, nullptr, nullptr, nullptr, extent, format, {frac_bits}},
                         dy, dx, points))
    return;
  ref::fake_cast_backward(x, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  if (forward<T, T>({Source::RELU, x, nullptr, nullptr, nullptr, extent, format, {frac_bits}}, y))
    return;
  ref::relu_cast(x, y, extent, format, frac_bits);
}

template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  if (backward_points<T>({Source::RELU, x, nullptr, nullptr, nullptr, extent, format, {frac_bits}},
                         dy, dx, points))
    return;
  ref::relu_cast_backward(x, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits) {
  if (forward<T, T>({Source::SUM, a, b, nullptr, nullptr, extent, format, {frac_bits}}, y)) return;
  ref::add_cast(a, b, y, extent, format, frac_bits);
}

template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  if (backward_points<T>({Source::SUM, a, b, nullptr, nullptr, extent, format, {frac_bits}}, dy, d,
                         points))
    return;
  ref::add_cast_backward(a, b, dy, d, extent, format, frac_bits, points);
}

template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits) {
  QFX_ASSERT(format.width <= kCarrierWidth<T>);
  const BinaryPoints point{&frac_bits, 0};
  if (forward<Wide, T>({Source::AFFINE, x, nullptr, scale, offset, extent, format, point}, y))
    return;
  ref::affine_cast<T, Wide>(x, scale, offset, y, extent, format, frac_bits);
}

template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx,
                          Extent extent, const fixed::Format& format, int frac_bits,
                          double* d_scale, double* d_offset, PointGradient* point) {
  QFX_ASSERT(format.width <= kCarrierWidth<T>);
  const Call<T> call{Source::AFFINE, x, nullptr, scale, offset, extent, format, {&frac_bits, 0}};
  const std::vector<simd::ChannelSums> sums = backward<Wide>(call, dy, dx);
  if (sums.empty()) {
    ref::affine_cast_backward<T, Wide>(x, scale, offset, dy, dx, extent, format, frac_bits, d_scale,
                                       d_offset, point);
    return;
  }
  double df = 0;
  std::int64_t inside = 0;
  for (std::size_t c = 0; c < sums.size(); ++c) {
    df += sums[c].point;
    d_scale[c] = sums[c].scale;
    d_offset[c] = sums[c].offset;
    inside += sums[c].inside;
  }
  *point = {std::numbers::ln2 * df, extent.size() - inside};
}

template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format,
                             const int* frac_bits) {
  const Grid<T> grid(format);
  const Call<T> call{Source::PLAIN, x, nullptr, nullptr, nullptr, extent, format, {frac_bits}};
  if (within_reach<T>(call.points, extent.channels)) {
    simd::Job<T, T> job{Source::PLAIN, grid, {}, {}, x, nullptr};
    fill<T>(job, call);
    std::int64_t inside = 0;
    if (simd::count_inside(job, &inside)) return extent.size() - inside;
  }
  return ref::count_overflows(x, extent, format, frac_bits);
}

#define QFX_INSTANTIATE(T)                                                                     \
  template void fake_cast<T>(const T*, T*, Extent, const fixed::Format&, const int*);          \
  template void fake_cast_backward<T>(const T*, const T*, T*, Extent, const fixed::Format&,    \
                                      const int*, PointGradient*);                             \
  template void relu_cast<T>(const T*, T*, Extent, const fixed::Format&, const int*);          \
  template void relu_cast_backward<T>(const T*, const T*, T*, Extent, const fixed::Format&,    \
                                      const int*, PointGradient*);                             \
  template void add_cast<T>(const T*, const T*, T*, Extent, const fixed::Format&, const int*); \
  template void add_cast_backward<T>(const T*, const T*, const T*, T*, Extent,                 \
                                     const fixed::Format&, const int*, PointGradient*);        \
  template std::int64_t count_overflows<T>(const T*, Extent, const fixed::Format&, const int*)
#define QFX_INSTANTIATE_AFFINE(T, Wide)                                                           \
  template void affine_cast<T, Wide>(const T*, const T*, const T*, T*, Extent,                    \
                                     const fixed::Format&, int);                                  \
  template void affine_cast_backward<T, Wide>(const T*, const T*, const T*, const T*, T*, Extent, \
                                              const fixed::Format&, int, double*, double*,        \
                                              PointGradient*)
QFX_INSTANTIATE(float);
QFX_INSTANTIATE(double);
QFX_INSTANTIATE_AFFINE(float, float);
QFX_INSTANTIATE_AFFINE(float, double);
QFX_INSTANTIATE_AFFINE(double, double);
#undef QFX_INSTANTIATE
#undef QFX_INSTANTIATE_AFFINE

}  // namespace qfx::kernels
