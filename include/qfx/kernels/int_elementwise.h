// Exact sums of products and terms before the one cast of a node. Everything is modulo 2^32 or
// 2^64, so a result is exact whenever the true value fits; the caller proves that it does.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// sum[i] = x[i] * factor + term. x and sum may be the same array.
void multiply_add(const std::int32_t* x, std::int32_t factor, std::int32_t term, std::int32_t* sum,
                  std::int64_t count);
void multiply_add(const std::int64_t* x, std::int64_t factor, std::int64_t term, std::int64_t* sum,
                  std::int64_t count);

// sum[i] = x[i] * factor[i] + term[i]
void multiply_add(const std::int32_t* x, const std::int64_t* factor, const std::int64_t* term,
                  std::int64_t* sum, std::int64_t count);
void multiply_add(const std::int64_t* x, const std::int64_t* factor, const std::int64_t* term,
                  std::int64_t* sum, std::int64_t count);

// sum[i] = a[i] * a_factor + b[i] * b_factor
void add_scaled(const std::int32_t* a, std::int32_t a_factor, const std::int32_t* b,
                std::int32_t b_factor, std::int32_t* sum, std::int64_t count);

// x < below ? low : x > above ? high : x * factor
struct Clipping {
  std::int32_t below, above;
  std::int64_t low, high, factor;
};

// 2^exponent modulo the type's range; 0 from the type's width on.
template <class T>
T power_of_two(std::int64_t exponent) {
  constexpr std::int64_t kBits = 8 * sizeof(T);
  return exponent < kBits ? static_cast<T>(std::uint64_t{1} << exponent) : T{0};
}

}  // namespace qfx::kernels
