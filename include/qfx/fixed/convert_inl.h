// The bodies of convert.h. Nothing outside includes this file directly.
#pragma once

#include <limits>
#include <type_traits>

#include "qfx/base/error.h"

namespace qfx::fixed {

// Where an exact value v lies between floor(v) and floor(v) + 1.
enum class Position : std::uint8_t { EXACT, BELOW_HALF, HALF, ABOVE_HALF };

namespace detail {

// Bits of a machine integer; 0 for one without a limit. (std::numeric_limits says nothing of
// __int128 where the compiler's extensions are off.)
template <class Int>
constexpr int machine_bits() {
  if constexpr (std::is_trivially_copyable_v<Int>)
    return static_cast<int>(sizeof(Int)) * 8;
  else
    return 0;
}

// 2^exponent - 1 without leaving the range of Int on the way.
template <class Int>
Int ones(int exponent) {
  if (exponent <= 0) return Int(0);
  return (((Int(1) << (exponent - 1)) - 1) << 1) | Int(1);
}

// floor(value / 2^count). Boost's own >> of a negative cpp_int goes by way of ++, which loses the
// sign where the lowest limb is 1 (seen in 1.74: -(2^64 + 1) >> 1 is positive); so the shifted
// number is never negative here.
template <class Int>
Int shift_down(const Int& value, int count) {
  if constexpr (machine_bits<Int>() > 0) return value >> count;
  if (value >= 0) return value >> count;
  const Int complement = -1 - value;
  return -1 - Int(complement >> count);
}

template <class Int>
bool bit_of(const Int& value, int index) {
  if (index < 0) return false;
  if constexpr (machine_bits<Int>() > 0) {
    if (index >= machine_bits<Int>()) return value < 0;
  }
  return (shift_down(value, index) & Int(1)) != 0;
}

// The low `width` bits, read as a number of that width.
template <class Int>
Int wrap(const Int& value, int width, bool is_signed) {
  const Int low = value & ones<Int>(width);
  if (!is_signed || !bit_of(low, width - 1)) return low;
  return (low - ones<Int>(width)) - 1;
}

template <class Int>
Int with_sign(const Int& value, bool negative, int width) {
  const Int magnitude = value & ones<Int>(width - 1);
  return negative ? Int((magnitude - ones<Int>(width - 1)) - 1) : magnitude;
}

// WRAP with N saturated bits on overflow; `low` is the wrapped value.
template <class Int>
Int wrap_saturating(const Int& low, const Format& to, bool negative) {
  const int kept = to.width - to.wrap_bits;
  if (!to.is_signed) return (low & ones<Int>(kept)) | (ones<Int>(to.wrap_bits) << kept);
  if (to.wrap_bits == 1) return with_sign(low, negative, to.width);
  const Int rest = low & ones<Int>(kept);
  const Int top = negative ? Int(0) : Int(ones<Int>(to.wrap_bits - 1) << kept);
  return with_sign(Int(rest | top), negative, to.width);
}

// Sign-magnitude wrap on overflow; `deleted` is the lowest bit that the format cuts off at the top.
template <class Int>
Int wrap_sign_magnitude(Int low, const Format& to, bool negative, bool deleted) {
  if (to.wrap_bits == 0) {
    if (deleted != bit_of(low, to.width - 1)) low = with_sign(Int(-1 - low), deleted, to.width);
    return low;
  }
  if (to.wrap_bits == 1) {
    if (negative != bit_of(low, to.width - 1)) low = -1 - low;
    return with_sign(low, negative, to.width);
  }
  if (bit_of(low, to.width - to.wrap_bits) == negative) low = -1 - low;
  return wrap_saturating(low, to, negative);
}

}  // namespace detail

// The integer for a value between floor and floor + 1.
template <class Int>
Int round_at(const Int& floor, Position position, bool negative, Rounding rounding) {
  bool up = false;
  const bool tie = position == Position::HALF;
  const bool above = position == Position::ABOVE_HALF;
  switch (rounding) {
    case Rounding::RND:
      up = above || tie;
      break;
    case Rounding::RND_ZERO:
      up = above || (tie && negative);
      break;
    case Rounding::RND_MIN_INF:
      up = above;
      break;
    case Rounding::RND_INF:
      up = above || (tie && !negative);
      break;
    case Rounding::RND_CONV:
      up = above || (tie && detail::bit_of(floor, 0));
      break;
    case Rounding::TRN:
      break;
    case Rounding::TRN_ZERO:
      up = negative && position != Position::EXACT;
      break;
    case Rounding::RND_CONV_ODD:
      up = above || (tie && !detail::bit_of(floor, 0));
      break;
  }
  return up ? Int(floor + 1) : floor;
}

template <class Int>
Int round_raw(const Int& raw, int from_frac, int to_frac, Rounding rounding) {
  int shift = from_frac - to_frac;
  if (shift <= 0) return raw << -shift;
  const bool negative = raw < 0;
  constexpr int bits = detail::machine_bits<Int>();
  if constexpr (bits > 0) {
    // Beyond all bits nothing is left but the sign, and half is not reached: a quarter stands for
    // it.
    if (shift > bits) return round_raw<Int>(negative ? Int(-1) : Int(raw != 0), 2, 0, rounding);
    // From here raw / 2^shift lies within [-1/2, 1/2), -1/2 being the most negative raw value
    // alone.
    if (shift == bits) {
      const bool half = negative && (raw & detail::ones<Int>(bits - 1)) == 0;
      if (half) return round_raw<Int>(Int(-1), 1, 0, rounding);
      return round_raw<Int>(negative ? Int(-1) : Int(raw != 0), 2, 0, rounding);
    }
  }
  const Int floor = detail::shift_down(raw, shift);
  const Int rest = raw & detail::ones<Int>(shift - 1);
  const bool half = detail::bit_of(raw, shift - 1);
  const Position position = half ? (rest == 0 ? Position::HALF : Position::ABOVE_HALF)
                                 : (rest == 0 ? Position::EXACT : Position::BELOW_HALF);
  return round_at(floor, position, negative, rounding);
}

template <class Int>
Int overflow_raw(const Int& q, const Format& to, const Int& source, int from_frac) {
  const Int highest = detail::ones<Int>(to.is_signed ? to.width - 1 : to.width);
  const Int lowest = to.is_signed ? Int(-1 - highest) : Int(0);
  const bool below = q < lowest;
  const bool inside = !below && q <= highest;
  switch (to.overflow) {
    case Overflow::SAT:
      return inside ? q : below ? lowest : highest;
    case Overflow::SAT_ZERO:
      return inside ? q : Int(0);
    case Overflow::SAT_SYM:
      if (is_symmetric(to) && q <= lowest) return lowest + 1;
      return inside ? q : below ? lowest : highest;
    case Overflow::WRAP: {
      if (inside) return q;
      const Int low = detail::wrap(q, to.width, to.is_signed);
      return to.wrap_bits == 0 ? low : detail::wrap_saturating(low, to, q < 0);
    }
    case Overflow::WRAP_SM: {
      if (inside) return q;
      const bool deleted = detail::bit_of(source, from_frac - to.frac_bits() + to.width);
      return detail::wrap_sign_magnitude(detail::wrap(q, to.width, to.is_signed), to, q < 0,
                                         deleted);
    }
  }
  internal_error("overflow mode {} does not exist", static_cast<int>(to.overflow));
}

template <class Int>
Int convert_raw(const Int& raw, int from_frac, const Format& to) {
  return overflow_raw<Int>(round_raw<Int>(raw, from_frac, to.frac_bits(), to.rounding), to, raw,
                           from_frac);
}

}  // namespace qfx::fixed
