#include "qfx/kernels/levels.h"

#include "kernels/clones.h"

#include "qfx/base/error.h"

namespace qfx::kernels {
namespace {

template <int kCount, class T>
inline __attribute__((always_inline)) void count_in_row(const T* x, const T* thresholds, T* y,
                                                        std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    T sum = -kCount;
    for (int j = 0; j < kCount; ++j) sum += x[i] >= thresholds[j] ? T(2) : T(0);
    y[i] = sum;
  }
}

template <class T>
inline __attribute__((always_inline)) void count_row(const T* x, std::span<const T> thresholds,
                                                     T* y, std::int64_t count) {
  switch (thresholds.size()) {
    case 1:
      return count_in_row<1>(x, thresholds.data(), y, count);
    case 3:
      return count_in_row<3>(x, thresholds.data(), y, count);
    case 7:
      return count_in_row<7>(x, thresholds.data(), y, count);
    case 15:
      return count_in_row<15>(x, thresholds.data(), y, count);
  }
  internal_error("{} thresholds", thresholds.size());
}

template <class T>
inline __attribute__((always_inline)) void spread_row(const T* x, const T* thresholds,
                                                      std::int64_t levels, T* __restrict y,
                                                      std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, y += levels) {
    for (std::int64_t j = 0; j < levels; ++j) y[j] = x[i] >= thresholds[j] ? T(1) : T(-1);
  }
}

template <class T>
inline __attribute__((always_inline)) void pass_row(const T* x, T range, T factor, const T* dy,
                                                    T* dx, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    dx[i] = x[i] > -range && x[i] < range ? factor * dy[i] : T(0);
}

QFX_CLONES void count_floats(const float* x, std::span<const float> thresholds, float* y,
                             std::int64_t count) {
  count_row(x, thresholds, y, count);
}
QFX_CLONES void count_doubles(const double* x, std::span<const double> thresholds, double* y,
                              std::int64_t count) {
  count_row(x, thresholds, y, count);
}
QFX_CLONES void spread_floats(const float* x, std::span<const float> thresholds, float* y,
                              std::int64_t count) {
  spread_row(x, thresholds.data(), std::ssize(thresholds), y, count);
}
QFX_CLONES void spread_doubles(const double* x, std::span<const double> thresholds, double* y,
                               std::int64_t count) {
  spread_row(x, thresholds.data(), std::ssize(thresholds), y, count);
}
QFX_CLONES void pass_floats(const float* x, float range, float factor, const float* dy, float* dx,
                            std::int64_t count) {
  pass_row(x, range, factor, dy, dx, count);
}
QFX_CLONES void pass_doubles(const double* x, double range, double factor, const double* dy,
                             double* dx, std::int64_t count) {
  pass_row(x, range, factor, dy, dx, count);
}

}  // namespace

template <>
void count_reached(const float* x, std::span<const float> thresholds, float* y,
                   std::int64_t count) {
  count_floats(x, thresholds, y, count);
}
template <>
void count_reached(const double* x, std::span<const double> thresholds, double* y,
                   std::int64_t count) {
  count_doubles(x, thresholds, y, count);
}
template <>
void spread_levels(const float* x, std::span<const float> thresholds, float* y,
                   std::int64_t count) {
  spread_floats(x, thresholds, y, count);
}
template <>
void spread_levels(const double* x, std::span<const double> thresholds, double* y,
                   std::int64_t count) {
  spread_doubles(x, thresholds, y, count);
}
template <>
void pass_within(const float* x, float range, float factor, const float* dy, float* dx,
                 std::int64_t count) {
  pass_floats(x, range, factor, dy, dx, count);
}
template <>
void pass_within(const double* x, double range, double factor, const double* dy, double* dx,
                 std::int64_t count) {
  pass_doubles(x, range, factor, dy, dx, count);
}

}  // namespace qfx::kernels
