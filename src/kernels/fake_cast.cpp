#include "qfx/kernels/fake_cast.h"

#include <type_traits>

#include "kernels/call.h"
#include "kernels/product_gradients.h"
#include "kernels/ref/fake_cast.h"

// Each function asks the vector kernels first; what they leave (a machine without vectors, far
// binary points) the reference does.
namespace qfx::kernels {
namespace {

using simd::Source;
using ChannelSums = std::vector<simd::ChannelSums>;

template <class C, class T>
bool forward(const Call<T>& call, T* y) {
  auto job = forward_job<C>(call);
  if (!job) return false;
  job->y = y;
  return simd::forward(*job);
}

// Sums of every channel; empty where the reference has to do it.
template <class C, class T>
ChannelSums backward(const Call<T>& call, const T* dy, T* dx) {
  Sums<C> sums;
  auto job = backward_job<C>(call, sums);
  if (!job) return {};
  job->dy = dy;
  job->dx = dx;
  if (!simd::backward(*job)) return {};
  sums.finish(job->walk);
  return std::move(sums.channels);
}

// The backward pass of the sources whose channels have binary points of their own. False where the
// reference has to do it.
template <class T>
bool backward_points(const Call<T>& call, const T* dy, T* dx, PointGradient* points) {
  const ChannelSums sums = backward<T>(call, dy, dx);
  const std::int64_t elements = call.extent.outer * call.extent.inner;
  for (std::size_t c = 0; c < sums.size(); ++c)
    points[c] = point_gradient(sums[c].point, elements - sums[c].inside);
  return !sums.empty();
}

template <class T>
Call<T> call_of(Source source, const T* x, std::type_identity_t<const T*> b, const Extent& extent,
                const fixed::Format& format, const int* frac_bits) {
  return {
      .source = source, .x = x, .b = b, .extent = extent, .format = format, .points = {frac_bits}};
}

template <class T>
Call<T> clip_call(const T* x, const Bounds<T>& bounds, const Extent& extent,
                  const fixed::Format& format, const int* frac_bits) {
  Call<T> call = call_of(Source::CLIP, x, nullptr, extent, format, frac_bits);
  call.bounds = bounds;
  return call;
}

// Products, in a type of their own, cast to one format.
template <class T>
Call<T> product_call(Source source, const T* x, const T* scale,
                     std::type_identity_t<const T*> offset, const Extent& extent,
                     const fixed::Format& format, const int& frac_bits) {
  QFX_ASSERT(format.width <= kCarrierWidth<T>);
  return {.source = source,
          .x = x,
          .scale = scale,
          .offset = offset,
          .extent = extent,
          .format = format,
          .points = {&frac_bits, 0}};
}

}  // namespace

template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  if (forward<T>(call_of(Source::PLAIN, x, nullptr, extent, format, frac_bits), y)) return;
  ref::fake_cast(x, y, extent, format, frac_bits);
}

template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  if (backward_points(call_of(Source::PLAIN, x, nullptr, extent, format, frac_bits), dy, dx,
                      points))
    return;
  ref::fake_cast_backward(x, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  if (forward<T>(call_of(Source::RELU, x, nullptr, extent, format, frac_bits), y)) return;
  ref::relu_cast(x, y, extent, format, frac_bits);
}

template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  if (backward_points(call_of(Source::RELU, x, nullptr, extent, format, frac_bits), dy, dx, points))
    return;
  ref::relu_cast_backward(x, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void clip_cast(const T* x, Bounds<T> bounds, T* y, Extent extent, const fixed::Format& format,
               const int* frac_bits) {
  if (forward<T>(clip_call(x, bounds, extent, format, frac_bits), y)) return;
  ref::clip_cast(x, bounds, y, extent, format, frac_bits);
}

template <class T>
void clip_cast_backward(const T* x, Bounds<T> bounds, const T* dy, T* dx, Extent extent,
                        const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  if (backward_points(clip_call(x, bounds, extent, format, frac_bits), dy, dx, points)) return;
  ref::clip_cast_backward(x, bounds, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits) {
  if (forward<T>(call_of(Source::SUM, a, b, extent, format, frac_bits), y)) return;
  ref::add_cast(a, b, y, extent, format, frac_bits);
}

template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  if (backward_points(call_of(Source::SUM, a, b, extent, format, frac_bits), dy, d, points)) return;
  ref::add_cast_backward(a, b, dy, d, extent, format, frac_bits, points);
}

template <class T>
void mul_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits) {
  if (forward<T>(call_of(Source::PRODUCT, a, b, extent, format, frac_bits), y)) return;
  ref::mul_cast(a, b, y, extent, format, frac_bits);
}

template <class T>
void mul_cast_backward(const T* a, const T* b, const T* dy, T* da, T* db, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  if (backward_points(call_of(Source::PRODUCT, a, b, extent, format, frac_bits), dy, da, points))
    return split_product(a, b, da, db, extent.size());
  ref::mul_cast_backward(a, b, dy, da, db, extent, format, frac_bits, points);
}

template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits) {
  if (forward<Wide>(product_call(Source::AFFINE, x, scale, offset, extent, format, frac_bits), y))
    return;
  ref::affine_cast<T, Wide>(x, scale, offset, y, extent, format, frac_bits);
}

template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx,
                          Extent extent, const fixed::Format& format, int frac_bits,
                          double* d_scale, double* d_offset, PointGradient* point) {
  const ChannelSums sums = backward<Wide>(
      product_call(Source::AFFINE, x, scale, offset, extent, format, frac_bits), dy, dx);
  if (sums.empty()) {
    ref::affine_cast_backward<T, Wide>(x, scale, offset, dy, dx, extent, format, frac_bits, d_scale,
                                       d_offset, point);
    return;
  }
  *point = common_point(sums, extent.size());
  for (std::size_t c = 0; c < sums.size(); ++c) {
    d_scale[c] = sums[c].scale;
    d_offset[c] = sums[c].offset;
  }
}

template <class T, class Wide>
void prelu_cast(const T* x, const T* slope, T* y, Extent extent, const fixed::Format& format,
                int frac_bits) {
  if (forward<Wide>(product_call(Source::PRELU, x, slope, nullptr, extent, format, frac_bits), y))
    return;
  ref::prelu_cast<T, Wide>(x, slope, y, extent, format, frac_bits);
}

template <class T, class Wide>
void prelu_cast_backward(const T* x, const T* slope, const T* dy, T* dx, Extent extent,
                         const fixed::Format& format, int frac_bits, double* d_slope,
                         PointGradient* point) {
  const ChannelSums sums = backward<Wide>(
      product_call(Source::PRELU, x, slope, nullptr, extent, format, frac_bits), dy, dx);
  if (sums.empty()) {
    ref::prelu_cast_backward<T, Wide>(x, slope, dy, dx, extent, format, frac_bits, d_slope, point);
    return;
  }
  *point = common_point(sums, extent.size());
  for (std::size_t c = 0; c < sums.size(); ++c) d_slope[c] = sums[c].scale;
}

template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format,
                             const int* frac_bits) {
  const Grid<T> grid(format);
  const BinaryPoints points{frac_bits};
  if (within_reach<T>(points, extent.channels)) {
    simd::Job<T, T> job{Source::PLAIN, grid, {}, {}, {}, x, nullptr};
    plan<T, T>(job, extent, points, nullptr, nullptr, false);
    std::int64_t inside = 0;
    if (simd::count_inside(job, &inside)) return extent.size() - inside;
  }
  return ref::count_overflows(x, extent, format, frac_bits);
}

#define QFX_INSTANTIATE(T)                                                                       \
  template void fake_cast<T>(const T*, T*, Extent, const fixed::Format&, const int*);            \
  template void fake_cast_backward<T>(const T*, const T*, T*, Extent, const fixed::Format&,      \
                                      const int*, PointGradient*);                               \
  template void relu_cast<T>(const T*, T*, Extent, const fixed::Format&, const int*);            \
  template void relu_cast_backward<T>(const T*, const T*, T*, Extent, const fixed::Format&,      \
                                      const int*, PointGradient*);                               \
  template void clip_cast<T>(const T*, Bounds<T>, T*, Extent, const fixed::Format&, const int*); \
  template void clip_cast_backward<T>(const T*, Bounds<T>, const T*, T*, Extent,                 \
                                      const fixed::Format&, const int*, PointGradient*);         \
  template void add_cast<T>(const T*, const T*, T*, Extent, const fixed::Format&, const int*);   \
  template void add_cast_backward<T>(const T*, const T*, const T*, T*, Extent,                   \
                                     const fixed::Format&, const int*, PointGradient*);          \
  template void mul_cast<T>(const T*, const T*, T*, Extent, const fixed::Format&, const int*);   \
  template void mul_cast_backward<T>(const T*, const T*, const T*, T*, T*, Extent,               \
                                     const fixed::Format&, const int*, PointGradient*);          \
  template std::int64_t count_overflows<T>(const T*, Extent, const fixed::Format&, const int*)
#define QFX_INSTANTIATE_PRODUCTS(T, Wide)                                                         \
  template void prelu_cast<T, Wide>(const T*, const T*, T*, Extent, const fixed::Format&, int);   \
  template void prelu_cast_backward<T, Wide>(const T*, const T*, const T*, T*, Extent,            \
                                             const fixed::Format&, int, double*, PointGradient*); \
  template void affine_cast<T, Wide>(const T*, const T*, const T*, T*, Extent,                    \
                                     const fixed::Format&, int);                                  \
  template void affine_cast_backward<T, Wide>(const T*, const T*, const T*, const T*, T*, Extent, \
                                              const fixed::Format&, int, double*, double*,        \
                                              PointGradient*)
QFX_INSTANTIATE(float);
QFX_INSTANTIATE(double);
QFX_INSTANTIATE_PRODUCTS(float, float);
QFX_INSTANTIATE_PRODUCTS(float, double);
QFX_INSTANTIATE_PRODUCTS(double, double);
#undef QFX_INSTANTIATE
#undef QFX_INSTANTIATE_PRODUCTS

}  // namespace qfx::kernels
