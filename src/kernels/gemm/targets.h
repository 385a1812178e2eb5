// Which instruction sets the matrix products are compiled for; before Highway.
#pragma once

// SSSE3 widens no halves, and the tiles want vectors of a size known at compile time. What AVX-512
// has beyond Highway's AVX3 (dot products of bytes, a count of bits) is in avx512_dots.cpp.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
