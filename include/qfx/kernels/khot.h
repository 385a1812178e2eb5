// K-hot projection of arrays of cast values; the scalar law is qfx/fixed/khot.h.
#pragma once

#include <cstdint>

#include "qfx/fixed/format.h"
#include "qfx/kernels/fake_cast.h"

namespace qfx::kernels {

// In place on values that are multiples of 2^-frac_bits[c] inside the format: the projection of
// each (fixed::project_khot). T is float or double.
template <class T>
void project_khot(T* values, Extent extent, int k, bool signed_digits, const fixed::Format& format,
                  const int* frac_bits);

}  // namespace qfx::kernels
