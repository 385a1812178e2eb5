// Which instruction sets the kernels are compiled for; included before Highway.
#pragma once

// SSSE3 has no rounding instruction and widens no halves, and the loops and tiles want vectors of a
// size known at compile time. What is left on x86 is SSE4, AVX2 and AVX3 (AVX-512). What AVX-512
// has beyond that: dot products of bytes are in gemm/avx512_dots.cpp; bits/bit_product.cpp, which
// counts bits, is compiled for AVX3_DL as well.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// Whether the target being compiled has vectors worth the name. Else the reference does the work.
#define QFX_HAS_VECTORS (HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && HWY_HAVE_FLOAT64)
