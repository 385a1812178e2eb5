// Exact element-wise sums of products before the one cast of a node. Everything is modulo 2^32 or
// 2^64, so a result is exact whenever the true value fits; the caller proves that it does.
#pragma once

#include <cstdint>

namespace qfx::kernels {

// sum[i] = x[i] * factor + term. x and sum may be the same array.
void multiply_add(const std::int32_t* x, std::int32_t factor, std::int32_t term, std::int32_t* sum,
                  std::int64_t count);
void multiply_add(const std::int32_t* x, std::int64_t factor, std::int64_t term, std::int64_t* sum,
                  std::int64_t count);
void multiply_add(const std::int64_t* x, std::int64_t factor, std::int64_t term, std::int64_t* sum,
                  std::int64_t count);

// sum[i] = x[i] * factor[i] + term[i]
void multiply_add(const std::int32_t* x, const std::int32_t* factor, const std::int32_t* term,
                  std::int32_t* sum, std::int64_t count);
void multiply_add(const std::int32_t* x, const std::int64_t* factor, const std::int64_t* term,
                  std::int64_t* sum, std::int64_t count);
void multiply_add(const std::int64_t* x, const std::int64_t* factor, const std::int64_t* term,
                  std::int64_t* sum, std::int64_t count);

// sum[i] = a[i] * a_factor + b[i] * b_factor
void add_scaled(const std::int32_t* a, std::int32_t a_factor, const std::int32_t* b,
                std::int32_t b_factor, std::int32_t* sum, std::int64_t count);
void add_scaled(const std::int32_t* a, std::int64_t a_factor, const std::int32_t* b,
                std::int64_t b_factor, std::int64_t* sum, std::int64_t count);

// product[i] = a[i] * b[i]
void multiply(const std::int32_t* a, const std::int32_t* b, std::int32_t* product,
              std::int64_t count);
void multiply(const std::int32_t* a, const std::int32_t* b, std::int64_t* product,
              std::int64_t count);

// y[i] = x[i] * (x[i] < 0 ? below : above)
void slope_below_zero(const std::int32_t* x, std::int32_t below, std::int32_t above,
                      std::int32_t* y, std::int64_t count);
void slope_below_zero(const std::int32_t* x, std::int64_t below, std::int64_t above,
                      std::int64_t* y, std::int64_t count);
// The same with below[i].
void slope_below_zero(const std::int32_t* x, const std::int32_t* below, std::int32_t above,
                      std::int32_t* y, std::int64_t count);
void slope_below_zero(const std::int32_t* x, const std::int64_t* below, std::int64_t above,
                      std::int64_t* y, std::int64_t count);

// y[i] = x[i] < below ? low : x[i] > above ? high : x[i] * factor
template <class T>
struct Clipping {
  std::int32_t below, above;
  T low, high, factor;
};
void clip(const std::int32_t* x, const Clipping<std::int32_t>& clipping, std::int32_t* y,
          std::int64_t count);
void clip(const std::int32_t* x, const Clipping<std::int64_t>& clipping, std::int64_t* y,
          std::int64_t count);

// y[i] = max(x[i], 0)
void relu(const std::int32_t* x, std::int32_t* y, std::int64_t count);

// y[i] = table[x[i] - low]; the caller proves that this is an entry.
void look_up(const std::int32_t* x, std::int32_t low, const std::int32_t* table, std::int32_t* y,
             std::int64_t count);

// 2^exponent modulo the type's range; 0 from the type's width on.
template <class T>
T power_of_two(std::int64_t exponent) {
  constexpr std::int64_t kBits = 8 * sizeof(T);
  return exponent < kBits ? static_cast<T>(std::uint64_t{1} << exponent) : T{0};
}

}  // namespace qfx::kernels
