// Whether integers fit a type.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

namespace qfx::kernels {

template <class T>
bool fits(std::int64_t lo, std::int64_t hi) {
  return lo >= std::numeric_limits<T>::min() && hi <= std::numeric_limits<T>::max();
}

template <class T>
bool fits(std::span<const std::int32_t> values) {
  return std::all_of(values.begin(), values.end(), [](std::int32_t v) { return fits<T>(v, v); });
}

}  // namespace qfx::kernels
