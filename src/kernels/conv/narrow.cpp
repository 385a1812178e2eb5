#include "kernels/conv/narrow.h"

#include <type_traits>

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/narrow.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace qfx::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

// A vector of what comes. Of bytes as many as fill one of halves, and short: rows of small images
// have a few dozen numbers.
template <class T>
using From = std::conditional_t<sizeof(T) == 1, hn::Rebind<T, hn::CappedTag<std::int16_t, 16>>,
                                hn::ScalableTag<T>>;

template <class T>
HWY_INLINE auto raw(const T* x, T to_grid) {
  const From<T> d;
  const hn::Rebind<std::int32_t, From<T>> words;
  const auto scaled = hn::Mul(hn::LoadU(d, x), hn::Set(d, to_grid));
  if constexpr (sizeof(T) == sizeof(std::int32_t))
    return hn::ConvertTo(words, scaled);
  else
    return hn::DemoteTo(words, scaled);
}

template <class T>
HWY_INLINE void narrow(const T* x, T to_grid, int, std::int16_t* to) {
  const hn::Rebind<std::int16_t, From<T>> halves;
  if constexpr (std::is_integral_v<T>)
    hn::StoreU(hn::PromoteTo(halves, hn::LoadU(From<T>(), x)), halves, to);
  else
    hn::StoreU(hn::DemoteTo(halves, raw(x, to_grid)), halves, to);
}

template <class T>
HWY_INLINE void narrow(const T* x, T to_grid, int offset, std::uint8_t* to) {
  const hn::Rebind<std::uint8_t, From<T>> bytes;
  if constexpr (std::is_integral_v<T>) {  // modulo 256
    const auto value = hn::BitCast(bytes, hn::LoadU(From<T>(), x));
    hn::StoreU(hn::Add(value, hn::Set(bytes, static_cast<std::uint8_t>(offset))), bytes, to);
  } else {
    const hn::Rebind<std::int32_t, From<T>> words;
    hn::StoreU(hn::DemoteTo(bytes, hn::Add(raw(x, to_grid), hn::Set(words, offset))), bytes, to);
  }
}

#endif  // HWY_TARGET != HWY_SCALAR

template <class T, class Narrow>
HWY_INLINE void narrow_all(const T* x, T to_grid, int offset, std::int64_t count, Narrow* to) {
  std::int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr std::int64_t kLanes = hn::MaxLanes(From<T>());
  for (; i + kLanes <= count; i += kLanes) narrow(x + i, to_grid, offset, to + i);
  if (i < count && count >= kLanes) {  // the last vector once more, its end at the end
    const std::int64_t last = count - kLanes;
    return narrow(x + last, to_grid, offset, to + last);
  }
#endif
  for (; i < count; ++i) {
    if constexpr (std::is_integral_v<T>)
      to[i] = static_cast<Narrow>(x[i] + offset);
    else
      to[i] = static_cast<Narrow>(static_cast<int>(x[i] * to_grid) + offset);
  }
}

HWY_ATTR void halves_of_floats(const float* x, float to_grid, std::int64_t count,
                               std::int16_t* to) {
  narrow_all(x, to_grid, 0, count, to);
}
HWY_ATTR void halves_of_doubles(const double* x, double to_grid, std::int64_t count,
                                std::int16_t* to) {
  narrow_all(x, to_grid, 0, count, to);
}
HWY_ATTR void halves_of_uint8(const std::uint8_t* x, std::int64_t count, std::int16_t* to) {
  narrow_all(x, std::uint8_t{1}, 0, count, to);
}
HWY_ATTR void halves_of_int8(const std::int8_t* x, std::int64_t count, std::int16_t* to) {
  narrow_all(x, std::int8_t{1}, 0, count, to);
}
HWY_ATTR void bytes_of_floats(const float* x, float to_grid, int offset, std::int64_t count,
                              std::uint8_t* to) {
  narrow_all(x, to_grid, offset, count, to);
}
HWY_ATTR void bytes_of_doubles(const double* x, double to_grid, int offset, std::int64_t count,
                               std::uint8_t* to) {
  narrow_all(x, to_grid, offset, count, to);
}
HWY_ATTR void bytes_of_uint8(const std::uint8_t* x, int offset, std::int64_t count,
                             std::uint8_t* to) {
  narrow_all(x, std::uint8_t{1}, offset, count, to);
}
HWY_ATTR void bytes_of_int8(const std::int8_t* x, int offset, std::int64_t count,
                            std::uint8_t* to) {
  narrow_all(x, std::int8_t{1}, offset, count, to);
}

}  // namespace HWY_NAMESPACE
}  // namespace qfx::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qfx::kernels {
HWY_EXPORT(halves_of_floats);
HWY_EXPORT(halves_of_doubles);
HWY_EXPORT(halves_of_uint8);
HWY_EXPORT(halves_of_int8);
HWY_EXPORT(bytes_of_floats);
HWY_EXPORT(bytes_of_doubles);
HWY_EXPORT(bytes_of_uint8);
HWY_EXPORT(bytes_of_int8);

void to_int16(const float* x, float to_grid, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(halves_of_floats)(x, to_grid, count, to);
}
void to_int16(const double* x, double to_grid, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(halves_of_doubles)(x, to_grid, count, to);
}
void to_int16(const std::uint8_t* x, std::uint8_t, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(halves_of_uint8)(x, count, to);
}
void to_int16(const std::int8_t* x, std::int8_t, std::int64_t count, std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(halves_of_int8)(x, count, to);
}

void to_bytes(const float* x, float to_grid, int offset, std::int64_t count, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(bytes_of_floats)(x, to_grid, offset, count, to);
}
void to_bytes(const double* x, double to_grid, int offset, std::int64_t count, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(bytes_of_doubles)(x, to_grid, offset, count, to);
}
void to_bytes(const std::uint8_t* x, std::uint8_t, int offset, std::int64_t count,
              std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(bytes_of_uint8)(x, offset, count, to);
}
void to_bytes(const std::int8_t* x, std::int8_t, int offset, std::int64_t count, std::uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(bytes_of_int8)(x, offset, count, to);
}

}  // namespace qfx::kernels
#endif
