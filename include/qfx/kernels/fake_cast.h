// Casts on floating-point arrays whose values stay real: y = cast(x), the forward and backward of
// quantization-aware training. The carrier T is float (exact for W <= 24) or double (W <= 53).
//
// Arrays are seen as [outer][channels][inner], row-major: NCHW activations are {N, C, H*W}, channels-last
// ones {N*H*W, C, 1}, a weight {1, out_channels, rest}. With one format a tensor, channels = 1.
// Reference and SIMD (Highway, dispatched at run time) give the same bits; every rounding and overflow mode.
#pragma once

#include <cstdint>

#include "qfx/fixed/format.h"

namespace qfx::kernels {

struct Extent {
  std::int64_t outer = 1;
  std::int64_t channels = 1;
  std::int64_t inner = 1;
  std::int64_t size() const { return outer * channels * inner; }
};

// What the backward pass collects for one binary point.
struct PointGradient {
  double df = 0;                // sum of dy * dq/df  (method: ln2 * (x - q) in range, -ln2 * q where saturated)
  std::int64_t overflows = 0;   // values whose rounded integer lies outside [L, H]
};

// y[i] = cast(x[i]) with frac_bits[c] for channel c (frac_bits has extent.channels entries; format gives
// everything but the binary point). x and y may be the same array. NaN gives NaN: the caller reports it.
// Returns nothing; overflow counts come from count_overflows or the backward pass.
template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);

// dx[i] = dy[i] where the rounded value is in range, else 0; points[c] receives (not adds) the gradient of
// each binary point. Masked the same for every overflow mode. dx may be dy. Sums are in a fixed order that
// does not depend on threads or instruction set... see the source's note on determinism.
template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points);

// y = cast(max(x, 0)); backward also masks x <= 0.
template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);
template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points);

// y = cast(a + b); the exact sum must fit T (the caller proves it). Backward: d receives the common
// gradient of a and b.
template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);
template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points);

// y = cast(scale[c] * x + offset[c]), exact product and sum (Wide is the type they are computed in, double
// where float is not proved), one output format for all channels. Backward: dx, and per channel
// d_scale = sum dy*mask*x, d_offset = sum dy*mask.
template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits);
template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx, Extent extent,
                          const fixed::Format& format, int frac_bits, double* d_scale, double* d_offset,
                          PointGradient* point);

// Values of x whose rounded integer lies outside the format's range.
template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format, const int* frac_bits);

}  // namespace qfx::kernels
