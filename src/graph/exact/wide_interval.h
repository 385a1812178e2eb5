// Interval arithmetic in 128 bits, where sums of products of raw values do not overflow.
#pragma once

#include <algorithm>
#include <cstdint>

#include "qfx/base/int128.h"
#include "qfx/graph/range.h"

namespace qfx::graph {

// lo <= hi. Ends of single values are cut to kCeiling, so that sums of them stay far inside 128
// bits; what reaches 2^63 is refused in the end.
struct WideInterval {
  Int128 lo = 0;
  Int128 hi = 0;
  bool operator==(const WideInterval&) const = default;
};
inline constexpr Int128 kCeiling = Int128{1} << 90;

inline WideInterval widened(Interval interval) {
  return {interval.lo, interval.hi};
}
// Of an interval that a 64-bit integer holds.
inline Interval narrowed(const WideInterval& interval) {
  return {static_cast<std::int64_t>(interval.lo), static_cast<std::int64_t>(interval.hi)};
}

inline WideInterval operator+(const WideInterval& a, const WideInterval& b) {
  return {a.lo + b.lo, a.hi + b.hi};
}
inline WideInterval operator-(const WideInterval& a, const WideInterval& b) {
  return {a.lo - b.hi, a.hi - b.lo};
}
WideInterval operator*(const WideInterval& a, const WideInterval& b);
inline WideInterval min(const WideInterval& a, const WideInterval& b) {
  return {std::min(a.lo, b.lo), std::min(a.hi, b.hi)};
}
inline WideInterval max(const WideInterval& a, const WideInterval& b) {
  return {std::max(a.lo, b.lo), std::max(a.hi, b.hi)};
}
// The least interval that holds both.
inline WideInterval join(const WideInterval& a, const WideInterval& b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}
// On a grid 2^-places finer; places >= 0.
WideInterval shifted(const WideInterval& interval, int places);

// Signed width; 128 for what no 64-bit integer holds.
int signed_width(const WideInterval& interval);

}  // namespace qfx::graph
