#include "qfx/kernels/int_elementwise.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int_elementwise.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vector lanes wrap; the scalar rest does so by unsigned arithmetic.
HWY_INLINE std::int32_t multiply_add_wrapping(std::int32_t x, std::int32_t factor,
                                              std::uint32_t term) {
  return static_cast<std::int32_t>(
      static_cast<std::uint32_t>(x) * static_cast<std::uint32_t>(factor) + term);
}

HWY_ATTR void multiply_add_scalar(const std::int32_t* x, std::int32_t factor, std::int32_t term,
                                  std::int32_t* sum, std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto f = hn::Set(d, factor);
  const auto t = hn::Set(d, term);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::LoadU(d, x + i) * f + t, d, sum + i);
  for (; i < count; ++i)
    sum[i] = multiply_add_wrapping(x[i], factor, static_cast<std::uint32_t>(term));
}

HWY_ATTR void multiply_add_vector(const std::int32_t* x, const std::int32_t* factor,
                                  const std::int32_t* term, std::int32_t* sum, std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::LoadU(d, x + i) * hn::LoadU(d, factor + i) + hn::LoadU(d, term + i), d, sum + i);
  for (; i < count; ++i)
    sum[i] = multiply_add_wrapping(x[i], factor[i], static_cast<std::uint32_t>(term[i]));
}

HWY_ATTR void add_scaled_vector(const std::int32_t* a, std::int32_t a_factor, const std::int32_t* b,
                                std::int32_t b_factor, std::int32_t* sum, std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto af = hn::Set(d, a_factor);
  const auto bf = hn::Set(d, b_factor);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::LoadU(d, a + i) * af + hn::LoadU(d, b + i) * bf, d, sum + i);
  for (; i < count; ++i)
    sum[i] = multiply_add_wrapping(
        a[i], a_factor, static_cast<std::uint32_t>(multiply_add_wrapping(b[i], b_factor, 0)));
}

HWY_ATTR void relu_vector(const std::int32_t* x, std::int32_t* y, std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto zero = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::Max(hn::LoadU(d, x + i), zero), d, y + i);
  for (; i < count; ++i) y[i] = std::max(x[i], 0);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(multiply_add_scalar);
HWY_EXPORT(multiply_add_vector);
HWY_EXPORT(add_scaled_vector);
HWY_EXPORT(relu_vector);

namespace {

std::int64_t multiply_add_wrapping(std::int64_t x, std::int64_t factor, std::int64_t term) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(x) *
                                       static_cast<std::uint64_t>(factor) +
                                   static_cast<std::uint64_t>(term));
}

}  // namespace

void multiply_add(const std::int32_t* x, std::int32_t factor, std::int32_t term, std::int32_t* sum,
                  std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_scalar)(x, factor, term, sum, count);
}

void multiply_add(const std::int32_t* x, std::int64_t factor, std::int64_t term, std::int64_t* sum,
                  std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor, term);
}

void multiply_add(const std::int64_t* x, std::int64_t factor, std::int64_t term, std::int64_t* sum,
                  std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor, term);
}

void multiply_add(const std::int32_t* x, const std::int32_t* factor, const std::int32_t* term,
                  std::int32_t* sum, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_add_vector)(x, factor, term, sum, count);
}

void multiply_add(const std::int32_t* x, const std::int64_t* factor, const std::int64_t* term,
                  std::int64_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor[i], term[i]);
}

void multiply_add(const std::int64_t* x, const std::int64_t* factor, const std::int64_t* term,
                  std::int64_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] = multiply_add_wrapping(x[i], factor[i], term[i]);
}

void add_scaled(const std::int32_t* a, std::int32_t a_factor, const std::int32_t* b,
                std::int32_t b_factor, std::int32_t* sum, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(add_scaled_vector)(a, a_factor, b, b_factor, sum, count);
}

void add_scaled(const std::int32_t* a, std::int64_t a_factor, const std::int32_t* b,
                std::int64_t b_factor, std::int64_t* sum, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    sum[i] = multiply_add_wrapping(a[i], a_factor, multiply_add_wrapping(b[i], b_factor, 0));
}

void relu(const std::int32_t* x, std::int32_t* y, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(relu_vector)(x, y, count);
}

// Loads bound it, and a gather does as many.
void look_up(const std::int32_t* x, std::int32_t low, const std::int32_t* table, std::int32_t* y,
             std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = table[x[i] - low];
}

}  // namespace qfx::kernels
#endif
