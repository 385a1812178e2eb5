// Values by how many of a few thresholds they reach: the forward of quantizers to levels, and the
// way back through what lies within a range.
#pragma once

#include <cstdint>
#include <span>

namespace qfx::kernels {

// y[i] = 2 * (how many t of `thresholds` have x[i] >= t) - their number: 1, 3, 7 or 15 thresholds
// give the odd integers from -1 to 1, ..., -15 to 15. A NaN reaches none. T is float or double.
template <class T>
void count_reached(const T* x, std::span<const T> thresholds, T* y, std::int64_t count);

// y[i * t.size() + j] = x[i] >= t[j] ? 1 : -1
template <class T>
void spread_levels(const T* x, std::span<const T> thresholds, T* y, std::int64_t count);

// dx[i] = |x[i]| < range ? factor * dy[i] : 0; dx may be dy.
template <class T>
void pass_within(const T* x, T range, T factor, const T* dy, T* dx, std::int64_t count);

}  // namespace qfx::kernels
