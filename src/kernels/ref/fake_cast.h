// The scalar reference of qfx/kernels/fake_cast.h: same signatures, same bits, one element at a
// time.
#pragma once

#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels::ref {

template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);
template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points);

template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);
template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points);

template <class T>
void clip_cast(const T* x, Bounds<T> bounds, T* y, Extent extent, const fixed::Format& format,
               const int* frac_bits);
template <class T>
void clip_cast_backward(const T* x, Bounds<T> bounds, const T* dy, T* dx, Extent extent,
                        const fixed::Format& format, const int* frac_bits, PointGradient* points);

template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits);
template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points);

template <class T>
void mul_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits);
template <class T>
void mul_cast_backward(const T* a, const T* b, const T* dy, T* da, T* db, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points);

template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits);
template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx,
                          Extent extent, const fixed::Format& format, int frac_bits,
                          double* d_scale, double* d_offset, PointGradient* point);

template <class T, class Wide>
void prelu_cast(const T* x, const T* slope, T* y, Extent extent, const fixed::Format& format,
                int frac_bits);
template <class T, class Wide>
void prelu_cast_backward(const T* x, const T* slope, const T* dy, T* dx, Extent extent,
                         const fixed::Format& format, int frac_bits, double* d_slope,
                         PointGradient* point);

template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format,
                             const int* frac_bits);

}  // namespace qfx::kernels::ref
