#include "qfx/steps/thresholds.h"

#include <cmath>
#include <limits>

#include "qfx/graph/thermometer.h"

namespace qfx::steps {
namespace {

// The least T for which `reaches` holds, which is true from there on; near `guess`.
template <class T, class Reaches>
T least(double guess, const Reaches& reaches) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  T t = static_cast<T>(guess);
  while (reaches(t)) t = std::nextafter(t, -kInfinity);
  while (!reaches(t)) t = std::nextafter(t, kInfinity);
  return t;
}

}  // namespace

template <class T>
std::vector<T> thresholds_of(const graph::QuantSign& levels) {
  const auto n = static_cast<double>(levels.largest());
  std::vector<T> thresholds;
  for (double k = 1 - n; k < n; k += 2) {
    // A fused multiply-add has the sign of the exact difference.
    thresholds.push_back(least<T>(k / n, [&](double x) { return std::fma(n, x, -k) >= 0; }));
  }
  return thresholds;
}

template <class T>
std::vector<T> thresholds_of(const graph::Thermometer& thermometer) {
  std::vector<T> thresholds;
  for (std::int64_t j = 0; j < thermometer.levels; ++j) {
    const graph::LevelThreshold t = graph::level_threshold(thermometer, j);
    thresholds.push_back(
        least<T>(t.value, [&](double x) { return t.above ? x > t.value : x >= t.value; }));
  }
  return thresholds;
}

template std::vector<float> thresholds_of(const graph::QuantSign&);
template std::vector<double> thresholds_of(const graph::QuantSign&);
template std::vector<float> thresholds_of(const graph::Thermometer&);
template std::vector<double> thresholds_of(const graph::Thermometer&);

}  // namespace qfx::steps
