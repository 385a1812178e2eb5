#include "qfx/kernels/int_elementwise.h"

#include <type_traits>

#include "kernels/clones.h"

namespace qfx::kernels {
namespace {

template <class T>
T multiply_add_wrapping(T x, T factor, T term) {
  using Unsigned = std::make_unsigned_t<T>;
  return static_cast<T>(static_cast<Unsigned>(x) * static_cast<Unsigned>(factor) +
                        static_cast<Unsigned>(term));
}

}  // namespace

QFX_CLONES void multiply_add(const std::int32_t* x, std::int32_t factor, std::int32_t term,
                             std::int32_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor, term);
}

QFX_CLONES void multiply_add(const std::int64_t* x, std::int64_t factor, std::int64_t term,
                             std::int64_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor, term);
}

QFX_CLONES void multiply_add(const std::int32_t* x, const std::int64_t* factor,
                             const std::int64_t* term, std::int64_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    sum[i] = multiply_add_wrapping(std::int64_t{x[i]}, factor[i], term[i]);
}

QFX_CLONES void multiply_add(const std::int64_t* x, const std::int64_t* factor,
                             const std::int64_t* term, std::int64_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor[i], term[i]);
}

QFX_CLONES void add_scaled(const std::int32_t* a, std::int32_t a_factor, const std::int32_t* b,
                           std::int32_t b_factor, std::int32_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    sum[i] = multiply_add_wrapping(a[i], a_factor, multiply_add_wrapping(b[i], b_factor, 0));
}

}  // namespace qfx::kernels
