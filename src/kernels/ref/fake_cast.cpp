#include "kernels/ref/fake_cast.h"

#include <numbers>

#include "kernels/ref/sums.h"
#include "kernels/ref/value.h"

namespace qfx::kernels::ref {
namespace {

template <class Visit>
void for_each(const Extent& extent, const Visit& visit) {
  std::int64_t index = 0;
  for (std::int64_t o = 0; o < extent.outer; ++o)
    for (std::int64_t c = 0; c < extent.channels; ++c)
      for (std::int64_t i = 0; i < extent.inner; ++i) visit(index++, c);
}

// max(x, 0) that keeps NaN.
template <class T>
T relu(T x) {
  return x < 0 ? T(0) : x;
}

// min(max(x, bounds.min), bounds.max) that keeps NaN.
template <class T>
T clip(T x, const Bounds<T>& bounds) {
  return x < bounds.min ? bounds.min : x > bounds.max ? bounds.max : x;
}

// y[i] = cast(source(i)).
template <class T, class Source>
void cast_each(T* y, const Extent& extent, const fixed::Format& format, const int* frac_bits,
               const Source& source) {
  const Grid<T> grid(format);
  for_each(extent, [&](std::int64_t i, std::int64_t c) {
    y[i] = cast_value<T>(source(i), frac_bits[c], grid);
  });
}

// dx[i] = dy[i] where `passes(i)` and cast(source(i)) is in range.
template <class T, class Source, class Passes>
void cast_each_backward(const T* dy, T* dx, const Extent& extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points, const Source& source,
                        const Passes& passes) {
  const Grid<T> grid(format);
  const auto totals = sum_in_order<T, 1>(extent, [&](std::int64_t i, std::int64_t c) {
    const Slope<T> slope = slope_of<T>(source(i), frac_bits[c], grid);
    const Terms<T, 1> terms{{dy[i] * slope.point}, !slope.inside};
    dx[i] = slope.inside && passes(i) ? dy[i] : T(0);
    return terms;
  });
  for (std::size_t c = 0; c < totals.size(); ++c)
    points[c] = {std::numbers::ln2 * totals[c].sums[0], totals[c].outside};
}

}  // namespace

template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  cast_each(y, extent, format, frac_bits, [&](std::int64_t i) { return x[i]; });
}

template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  cast_each_backward(
      dy, dx, extent, format, frac_bits, points, [&](std::int64_t i) { return x[i]; },
      [](std::int64_t) { return true; });
}

template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  cast_each(y, extent, format, frac_bits, [&](std::int64_t i) { return relu(x[i]); });
}

template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  cast_each_backward(
      dy, dx, extent, format, frac_bits, points, [&](std::int64_t i) { return relu(x[i]); },
      [&](std::int64_t i) { return x[i] > 0; });
}

template <class T>
void clip_cast(const T* x, Bounds<T> bounds, T* y, Extent extent, const fixed::Format& format,
               const int* frac_bits) {
  cast_each(y, extent, format, frac_bits, [&](std::int64_t i) { return clip(x[i], bounds); });
}

template <class T>
void clip_cast_backward(const T* x, Bounds<T> bounds, const T* dy, T* dx, Extent extent,
                        const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  cast_each_backward(
      dy, dx, extent, format, frac_bits, points, [&](std::int64_t i) { return clip(x[i], bounds); },
      [&](std::int64_t i) { return x[i] > bounds.min && x[i] < bounds.max; });
}

template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits) {
  cast_each(y, extent, format, frac_bits, [&](std::int64_t i) { return a[i] + b[i]; });
}

template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  cast_each_backward(
      dy, d, extent, format, frac_bits, points, [&](std::int64_t i) { return a[i] + b[i]; },
      [](std::int64_t) { return true; });
}

template <class T>
void mul_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits) {
  cast_each(y, extent, format, frac_bits, [&](std::int64_t i) { return a[i] * b[i]; });
}

template <class T>
void mul_cast_backward(const T* a, const T* b, const T* dy, T* da, T* db, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  cast_each_backward(
      dy, da, extent, format, frac_bits, points, [&](std::int64_t i) { return a[i] * b[i]; },
      [](std::int64_t) { return true; });
  for_each(extent, [&](std::int64_t i, std::int64_t) {
    if (db != nullptr) db[i] = da[i] * a[i];
    da[i] *= b[i];
  });
}

template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits) {
  const Grid<Wide> grid(format);
  for_each(extent, [&](std::int64_t i, std::int64_t c) {
    const Wide sum = Wide(scale[c]) * Wide(x[i]) + Wide(offset[c]);
    y[i] = static_cast<T>(cast_value<Wide>(sum, frac_bits, grid));
  });
}

template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx,
                          Extent extent, const fixed::Format& format, int frac_bits,
                          double* d_scale, double* d_offset, PointGradient* point) {
  const Grid<Wide> grid(format);
  const auto totals = sum_in_order<Wide, 3>(extent, [&](std::int64_t i, std::int64_t c) {
    const Wide sum = Wide(scale[c]) * Wide(x[i]) + Wide(offset[c]);
    const Slope<Wide> slope = slope_of<Wide>(sum, frac_bits, grid);
    const Wide passed = slope.inside ? Wide(dy[i]) : Wide(0);
    const Terms<Wide, 3> terms{{Wide(dy[i]) * slope.point, passed * Wide(x[i]), passed},
                               !slope.inside};
    dx[i] = static_cast<T>(passed * Wide(scale[c]));
    return terms;
  });
  *point = {};
  double df = 0;
  for (std::size_t c = 0; c < totals.size(); ++c) {
    df += totals[c].sums[0];
    d_scale[c] = totals[c].sums[1];
    d_offset[c] = totals[c].sums[2];
    point->overflows += totals[c].outside;
  }
  point->df = std::numbers::ln2 * df;
}

template <class T, class Wide>
void prelu_cast(const T* x, const T* slope, T* y, Extent extent, const fixed::Format& format,
                int frac_bits) {
  const Grid<Wide> grid(format);
  for_each(extent, [&](std::int64_t i, std::int64_t c) {
    const Wide value = x[i] > 0 ? Wide(x[i]) : Wide(slope[c]) * Wide(x[i]);
    y[i] = static_cast<T>(cast_value<Wide>(value, frac_bits, grid));
  });
}

template <class T, class Wide>
void prelu_cast_backward(const T* x, const T* slope, const T* dy, T* dx, Extent extent,
                         const fixed::Format& format, int frac_bits, double* d_slope,
                         PointGradient* point) {
  const Grid<Wide> grid(format);
  const auto totals = sum_in_order<Wide, 2>(extent, [&](std::int64_t i, std::int64_t c) {
    const bool above = x[i] > 0;
    const Wide value = above ? Wide(x[i]) : Wide(slope[c]) * Wide(x[i]);
    const Slope<Wide> at = slope_of<Wide>(value, frac_bits, grid);
    const Wide passed = at.inside ? Wide(dy[i]) : Wide(0);
    const Terms<Wide, 2> terms{{Wide(dy[i]) * at.point, above ? Wide(0) : passed * Wide(x[i])},
                               !at.inside};
    dx[i] = static_cast<T>(above ? passed : passed * Wide(slope[c]));
    return terms;
  });
  *point = {};
  double df = 0;
  for (std::size_t c = 0; c < totals.size(); ++c) {
    df += totals[c].sums[0];
    d_slope[c] = totals[c].sums[1];
    point->overflows += totals[c].outside;
  }
  point->df = std::numbers::ln2 * df;
}

template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format,
                             const int* frac_bits) {
  const Grid<T> grid(format);
  std::int64_t outside = 0;
  for_each(extent, [&](std::int64_t i, std::int64_t c) {
    outside += !slope_of<T>(x[i], frac_bits[c], grid).inside;
  });
  return outside;
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

}  // namespace qfx::kernels::ref
