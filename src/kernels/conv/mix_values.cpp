#include "kernels/conv/word_image.h"
#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/mix_values.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class In>
HWY_INLINE std::uint32_t bits_of(In x, std::uint32_t mask) {
  return static_cast<std::uint32_t>(x) & mask;
}

template <class In, class D>
HWY_INLINE hn::Vec<D> load(D d, const In* x) {
  if constexpr (sizeof(In) == sizeof(std::int32_t))
    return hn::LoadU(d, x);
  else
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<In, D>(), x));
}

#if HWY_TARGET != HWY_SCALAR
// The whole vectors of D from column `i` on; returns the first column that is left.
template <class D, class In>
HWY_INLINE std::int64_t mix_vectors(D d, const In* x, std::int64_t i, std::int64_t columns,
                                    std::uint32_t mask, int shift, std::uint32_t* words) {
  const hn::RebindToUnsigned<D> du;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto masks = hn::Set(du, mask);
  for (; i + lanes <= columns; i += lanes) {
    const auto value = hn::BitCast(du, load(d, x + i));
    const auto bits = hn::And(value, masks);
    hn::StoreU(hn::Xor(hn::LoadU(du, words + i), hn::ShiftLeftSame(bits, shift)), du, words + i);
  }
  return i;
}
#endif

template <class In>
HWY_INLINE void mix(const In* x, const Rectangle& r, std::uint32_t mask, int shift,
                    std::uint32_t* words) {
  for (std::int64_t row = 0; row < r.rows; ++row, x += r.row_step, words += r.pitch) {
    std::int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    if (r.column_step == 1) {
      i = mix_vectors(hn::ScalableTag<std::int32_t>(), x, i, r.columns, mask, shift, words);
      i = mix_vectors(hn::CappedTag<std::int32_t, 4>(), x, i, r.columns, mask, shift, words);
    }
#endif
    for (; i < r.columns; ++i) words[i] ^= bits_of(x[i * r.column_step], mask) << shift;
  }
}

HWY_ATTR void mix_int8(const std::int8_t* x, const Rectangle& rectangle, std::uint32_t mask,
                       int shift, std::uint32_t* words) {
  mix(x, rectangle, mask, shift, words);
}
HWY_ATTR void mix_uint8(const std::uint8_t* x, const Rectangle& rectangle, std::uint32_t mask,
                        int shift, std::uint32_t* words) {
  mix(x, rectangle, mask, shift, words);
}
HWY_ATTR void mix_int16(const std::int16_t* x, const Rectangle& rectangle, std::uint32_t mask,
                        int shift, std::uint32_t* words) {
  mix(x, rectangle, mask, shift, words);
}
HWY_ATTR void mix_int32(const std::int32_t* x, const Rectangle& rectangle, std::uint32_t mask,
                        int shift, std::uint32_t* words) {
  mix(x, rectangle, mask, shift, words);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(mix_int8);
HWY_EXPORT(mix_uint8);
HWY_EXPORT(mix_int16);
HWY_EXPORT(mix_int32);

template <>
void mix_values(const std::int8_t* x, const Rectangle& rectangle, std::uint32_t mask, int shift,
                std::uint32_t* words) {
  HWY_DYNAMIC_DISPATCH(mix_int8)(x, rectangle, mask, shift, words);
}
template <>
void mix_values(const std::uint8_t* x, const Rectangle& rectangle, std::uint32_t mask, int shift,
                std::uint32_t* words) {
  HWY_DYNAMIC_DISPATCH(mix_uint8)(x, rectangle, mask, shift, words);
}
template <>
void mix_values(const std::int16_t* x, const Rectangle& rectangle, std::uint32_t mask, int shift,
                std::uint32_t* words) {
  HWY_DYNAMIC_DISPATCH(mix_int16)(x, rectangle, mask, shift, words);
}
template <>
void mix_values(const std::int32_t* x, const Rectangle& rectangle, std::uint32_t mask, int shift,
                std::uint32_t* words) {
  HWY_DYNAMIC_DISPATCH(mix_int32)(x, rectangle, mask, shift, words);
}

}  // namespace qfx::kernels
#endif
