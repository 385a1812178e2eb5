// Casts on floating-point arrays whose values stay real: y = cast(x), the forward and backward of
// quantization-aware training. The carrier T is float (exact for W <= 24) or double (W <= 53); a
// wider format is our own mistake (InternalError), the caller chooses the carrier.
//
// Arrays are seen as [outer][channels][inner], row-major: NCHW activations are {N, C, H*W},
// channels-last ones {N*H*W, C, 1}, a weight {1, out_channels, rest}. With one format per tensor,
// channels = 1. An output may be the same array as an input of the same type, but not a shifted
// part of it.
//
// Forward. Every finite x, denormal or huge, gives the value of fixed::raw_from_double, all
// rounding and overflow modes, as long as that value itself is a normal number of T. Zero is +0.
// NaN gives NaN: the caller reports it. An infinity lies beyond all numbers: it saturates, and
// under WRAP and WRAP_SM gives NaN. The processor must be in its default floating-point mode
// (nearest, denormals kept).
//
// Backward. With n the rounded integer before overflow, L..H the raw values that a conversion can
// give (SAT_SYM: L = -(2^(W-1) - 1)) and q the cast's value:
//   dq/dx = 1 where L <= n <= H, else 0
//   dq/df = ln2 * (x - q)   where L <= n <= H
//           -ln2 * q        outside, SAT and SAT_SYM
//           q - reach(x)    outside, the other modes; 0 where L = 0 and x < 0
// reach(x) = min(max(x, 2L * 2^-F), 2H * 2^-F) is what a format with one bit more of range would
// make of x, up to its rounding. SAT_ZERO and WRAP put what leaves the range somewhere else in it:
// there q has a jump that no derivative sees, and q - reach(x) is the difference quotient over the
// step of F that has the jump. It is up to 2 / ln2 times as strong as saturation's derivative
// (docs/gradients.md), and it points the same way: toward a coarser point. A range that begins at
// zero holds no negative number however coarse it is. A NaN counts as an overflow, passes no
// gradient to x and makes df NaN; under WRAP and WRAP_SM so does an infinity, where it pulls at
// all.
//
// Sums run in an order that depends on the extent alone (src/kernels/walk.h): within a block in the
// type the cast is computed in, across blocks in double. Reference (src/kernels/ref) and SIMD
// (Highway, dispatched at run time) give the same bits on every machine.
//
// Each function is one pass on the calling thread. Callers with threads cut the extent by slices(),
// which depends on the extent alone, and add the gradients of the slices in order: same bits for
// any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/fixed/format.h"

namespace qfx::kernels {

// Whether a value that leaves the range lands somewhere else than at the limit it passed.
constexpr bool jumps_outside(const fixed::Format& format) {
  return format.overflow != fixed::Overflow::SAT && format.overflow != fixed::Overflow::SAT_SYM;
}

struct Extent {
  std::int64_t outer = 1;
  std::int64_t channels = 1;
  std::int64_t inner = 1;
  std::int64_t size() const { return outer * channels * inner; }
};

// A part of an array that lies together: `extent.size()` elements from element `offset`.
struct Slice {
  std::int64_t offset = 0;
  Extent extent;
};

// Cuts along outer (one channel: anywhere) into slices of about 2^16 elements, never within a
// channel's inner.
std::vector<Slice> slices(const Extent& extent);

// What the backward pass collects for one binary point.
struct PointGradient {
  double df = 0;               // sum of dy * dq/df
  std::int64_t overflows = 0;  // values whose rounded integer lies outside [L, H]

  PointGradient& operator+=(const PointGradient& other) {
    df += other.df;
    overflows += other.overflows;
    return *this;
  }
};

// y[i] = cast(x[i]) with frac_bits[c] for channel c (frac_bits has extent.channels entries; format
// gives everything but the binary point). Overflow counts come from count_overflows or the backward
// pass.
template <class T>
void fake_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);

// dx[i] = dy[i] * dq/dx; points[c] receives (not adds) the gradient of each binary point.
template <class T>
void fake_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points);

// y = cast(max(x, 0)); backward also masks x <= 0.
template <class T>
void relu_cast(const T* x, T* y, Extent extent, const fixed::Format& format, const int* frac_bits);
template <class T>
void relu_cast_backward(const T* x, const T* dy, T* dx, Extent extent, const fixed::Format& format,
                        const int* frac_bits, PointGradient* points);

// Of a clip: min < max.
template <class T>
struct Bounds {
  T min = 0;
  T max = 0;
};

// y = cast(min(max(x, bounds.min), bounds.max)); backward also masks x <= min and x >= max.
template <class T>
void clip_cast(const T* x, Bounds<T> bounds, T* y, Extent extent, const fixed::Format& format,
               const int* frac_bits);
template <class T>
void clip_cast_backward(const T* x, Bounds<T> bounds, const T* dy, T* dx, Extent extent,
                        const fixed::Format& format, const int* frac_bits, PointGradient* points);

// y = cast(a + b); the exact sum must fit T (the caller proves it). Backward: d receives the common
// gradient of a and b.
template <class T>
void add_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits);
template <class T>
void add_cast_backward(const T* a, const T* b, const T* dy, T* d, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points);

// y = cast(a * b); the exact product must fit T (the caller proves it). Backward, with the common
// gradient d = dy * dq/d(a * b): da = d * b and db = d * a; null where nobody asks for db. da may
// be dy; neither may be a or b.
template <class T>
void mul_cast(const T* a, const T* b, T* y, Extent extent, const fixed::Format& format,
              const int* frac_bits);
template <class T>
void mul_cast_backward(const T* a, const T* b, const T* dy, T* da, T* db, Extent extent,
                       const fixed::Format& format, const int* frac_bits, PointGradient* points);

// y = cast(scale[c] * x + offset[c]), exact product and sum (Wide is the type they are computed in,
// double where float is not proved), one output format for all channels. Backward: dx = scale[c] *
// dy * dq/dx, and per channel d_scale = sum dy * dq/dx * x, d_offset = sum dy * dq/dx. <T, Wide> is
// <float, float>, <float, double> or <double, double>.
template <class T, class Wide>
void affine_cast(const T* x, const T* scale, const T* offset, T* y, Extent extent,
                 const fixed::Format& format, int frac_bits);
template <class T, class Wide>
void affine_cast_backward(const T* x, const T* scale, const T* offset, const T* dy, T* dx,
                          Extent extent, const fixed::Format& format, int frac_bits,
                          double* d_scale, double* d_offset, PointGradient* point);

// y = cast(x > 0 ? x : slope[c] * x), exact product, one output format for all channels; one slope
// for all is an extent with one channel. Backward: dx = dy * dq/dx where x > 0, else slope[c] * dy
// * dq/dx, and per channel d_slope = sum of dy * dq/dx * x over x <= 0. <T, Wide> as in
// affine_cast.
template <class T, class Wide>
void prelu_cast(const T* x, const T* slope, T* y, Extent extent, const fixed::Format& format,
                int frac_bits);
template <class T, class Wide>
void prelu_cast_backward(const T* x, const T* slope, const T* dy, T* dx, Extent extent,
                         const fixed::Format& format, int frac_bits, double* d_slope,
                         PointGradient* point);

// Values of x whose rounded integer lies outside [L, H]; a NaN is one.
template <class T>
std::int64_t count_overflows(const T* x, Extent extent, const fixed::Format& format,
                             const int* frac_bits);

// The instruction set that the kernels run on, by Highway's name: AVX2, SSE4, ... or SCALAR or
// EMU128 (the reference).
const char* active_target();

}  // namespace qfx::kernels
