#include "qfx/kernels/fake_cast.h"

#include "kernels/grid.h"
#include "kernels/ref/fake_cast.h"

namespace qfx::kernels {

template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  ref::fake_cast(x, y, extent, format, frac_bits);
}

template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  ref::fake_cast_backward(x, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits) {
  ref::relu_cast(x, y, extent, format, frac_bits);
}

template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points) {
  ref::relu_cast_backward(x, dy, dx, extent, format, frac_bits, points);
}

template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits) {
  ref::add_cast(a, b, y, extent, format, frac_bits);
}

template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points) {
  ref::add_cast_backward(a, b, dy, d, extent, format, frac_bits, points);
}

template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits) {
  QFX_ASSERT(format.width <= kCarrierWidth<T>);
  ref::affine_cast<T, Wide>(x, scale, offset, y, extent, format, frac_bits);
}

template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx,
                          Extent extent, const fixed::Format& format, int frac_bits,
                          double* d_scale, double* d_offset, PointGradient* point) {
  QFX_ASSERT(format.width <= kCarrierWidth<T>);
  ref::affine_cast_backward<T, Wide>(x, scale, offset, dy, dx, extent, format, frac_bits, d_scale,
                                     d_offset, point);
}

template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format,
                             const int* frac_bits) {
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

const char* active_target() {
  return "SCALAR";
}

}  // namespace qfx::kernels
