// Casts of arrays of real numbers to raw integers of a format, and back: into integer execution and
// out of it. Integers that already stand on a grid are cast by IntCast (int_cast.h).
//
// Arrays, channels and binary points as in fake_cast.h. Raw is int32_t for formats of at most 32
// bits signed, 31 unsigned, or int64_t for at most 64 signed, 63 unsigned; a wider format is our
// own mistake (InternalError). The arrays must not overlap.
#pragma once

#include <cstdint>

#include "qfx/fixed/format.h"
#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

// raw[i] = fixed::raw_from_double(x[i]) to the format with frac_bits[c], for every x, mode and
// binary point, on vectors where a double holds the format. NaN and infinities are the user's
// (UserError, as there, of the first of them); what is then in `raw` says nothing. T is float or
// double.
template <class T, class Raw>
void to_raw(const T* x, Raw* raw, Extent extent, const fixed::Format& format, const int* frac_bits);

// x[i] = raw[i] * 2^-frac_bits[c], exact where T holds it, else the nearest T, ties to even, as
// long as that is zero or a normal number.
template <class Raw, class T>
void from_raw(const Raw* raw, T* x, Extent extent, const int* frac_bits);

}  // namespace qfx::kernels
