// Products of words of signs, a count at a time.
#pragma once

#include <bit>
#include <cstring>

#include "kernels/bits/bit_product.h"

namespace qfx::kernels::ref {

inline std::int32_t count_bits(const BitProduct& p, std::int64_t i, std::int64_t j, int plane) {
  std::int32_t count = 0;
  for (std::int64_t k = 0; k < p.depth; ++k) {
    std::uint32_t word;
    std::memcpy(&word, p.a + plane * p.plane_size + i * p.a_step + p.words[k], 4);
    count += std::popcount((word ^ p.b[k * p.b_stride + j]) & p.masks[k]);
  }
  return count;
}

inline void multiply_bits(const BitProduct& p, const BitFinish& finish, std::int32_t* sums,
                          std::int64_t stride) {
  for (std::int64_t i = 0; i < p.m; ++i)
    for (std::int64_t j = 0; j < p.n; ++j) {
      const std::int32_t base = finish.base[finish.kinds[i] * p.b_stride + j];
      const auto sum = [&](int plane) { return base - 2 * count_bits(p, i, j, plane); };
      std::int32_t total = 0;
      if (finish.gates != nullptr) {
        const std::int32_t coarse = 2 * (p.planes == 2 ? sum(1) : finish.upper[i * stride + j]);
        total = coarse > finish.gates[j] ? coarse + sum(0) : coarse;
      } else {
        for (int k = 0; k < p.planes; ++k) total += sum(k) * (1 << k);
      }
      sums[i * stride + j] = total;
    }
}

}  // namespace qfx::kernels::ref
