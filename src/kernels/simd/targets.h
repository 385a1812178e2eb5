// Which instruction sets the kernels are compiled for; every file of this folder includes it before
// Highway.
#pragma once

// SSSE3 has no rounding instruction, AVX-512 gains nothing on loops that wait for memory, and the
// loops want vectors of a size known at compile time. What is left on x86 is SSE4 and AVX2.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_AVX3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// Whether the target being compiled has vectors worth the name. Else the reference does the work.
#define QFX_HAS_VECTORS (HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && HWY_HAVE_FLOAT64)
