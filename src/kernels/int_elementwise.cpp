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

HWY_ATTR void multiply_vector(const std::int32_t* a, const std::int32_t* b, std::int32_t* product,
                              std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::LoadU(d, a + i) * hn::LoadU(d, b + i), d, product + i);
  for (; i < count; ++i) product[i] = multiply_add_wrapping(a[i], b[i], 0);
}

HWY_ATTR void slope_scalar(const std::int32_t* x, std::int32_t below, std::int32_t above,
                           std::int32_t* y, std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto negative = hn::Set(d, below), positive = hn::Set(d, above);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    hn::StoreU(v * hn::IfThenElse(v < hn::Zero(d), negative, positive), d, y + i);
  }
  for (; i < count; ++i) y[i] = multiply_add_wrapping(x[i], x[i] < 0 ? below : above, 0);
}

HWY_ATTR void slope_vector(const std::int32_t* x, const std::int32_t* below, std::int32_t above,
                           std::int32_t* y, std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto positive = hn::Set(d, above);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    hn::StoreU(v * hn::IfThenElse(v < hn::Zero(d), hn::LoadU(d, below + i), positive), d, y + i);
  }
  for (; i < count; ++i) y[i] = multiply_add_wrapping(x[i], x[i] < 0 ? below[i] : above, 0);
}

HWY_ATTR void clip_vector(const std::int32_t* x, const Clipping<std::int32_t>& c, std::int32_t* y,
                          std::int64_t count) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto below = hn::Set(d, c.below), above = hn::Set(d, c.above);
  const auto low = hn::Set(d, c.low), high = hn::Set(d, c.high), factor = hn::Set(d, c.factor);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    const auto upper = hn::IfThenElse(v > above, high, v * factor);
    hn::StoreU(hn::IfThenElse(v < below, low, upper), d, y + i);
  }
  for (; i < count; ++i)
    y[i] = x[i] < c.below   ? c.low
           : x[i] > c.above ? c.high
                            : multiply_add_wrapping(x[i], c.factor, 0);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(multiply_add_scalar);
HWY_EXPORT(multiply_add_vector);
HWY_EXPORT(add_scaled_vector);
HWY_EXPORT(multiply_vector);
HWY_EXPORT(slope_scalar);
HWY_EXPORT(slope_vector);
HWY_EXPORT(clip_vector);
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

void multiply(const std::int32_t* a, const std::int32_t* b, std::int32_t* product,
              std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(multiply_vector)(a, b, product, count);
}

void multiply(const std::int32_t* a, const std::int32_t* b, std::int64_t* product,
              std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) product[i] = multiply_add_wrapping(a[i], b[i], 0);
}

void slope_below_zero(const std::int32_t* x, std::int32_t below, std::int32_t above,
                      std::int32_t* y, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(slope_scalar)(x, below, above, y, count);
}

void slope_below_zero(const std::int32_t* x, std::int64_t below, std::int64_t above,
                      std::int64_t* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = multiply_add_wrapping(x[i], x[i] < 0 ? below : above, 0);
}

void slope_below_zero(const std::int32_t* x, const std::int32_t* below, std::int32_t above,
                      std::int32_t* y, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(slope_vector)(x, below, above, y, count);
}

void slope_below_zero(const std::int32_t* x, const std::int64_t* below, std::int64_t above,
                      std::int64_t* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = multiply_add_wrapping(x[i], x[i] < 0 ? below[i] : above, 0);
}

void clip(const std::int32_t* x, const Clipping<std::int32_t>& clipping, std::int32_t* y,
          std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(clip_vector)(x, clipping, y, count);
}

void clip(const std::int32_t* x, const Clipping<std::int64_t>& c, std::int64_t* y,
          std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    y[i] = x[i] < c.below   ? c.low
           : x[i] > c.above ? c.high
                            : multiply_add_wrapping(x[i], c.factor, 0);
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
