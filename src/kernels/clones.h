// Plain loops that GCC makes vectors of: compiled for AVX2 as well and chosen when the program
// loads. Without contraction both give the same bits.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define QFX_CLONES \
  __attribute__((target_clones("arch=x86-64-v3", "default"), optimize("O3", "fp-contract=off", "no-trapping-math")))
#else
#define QFX_CLONES
#endif
