// The losses of one sample or one output, as graph::Loss says them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace qfx::measure {

// -log softmax(row)[label], without overflow.
inline double cross_entropy(std::span<const double> row, std::int32_t label) {
  const double largest = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (const double value : row) sum += std::exp(value - largest);
  return std::log(sum) + largest - row[static_cast<std::size_t>(label)];
}

// Of sigmoid(output) and the target, without overflow.
inline double binary_cross_entropy(double output, double target) {
  return std::max(output, 0.0) - output * target + std::log1p(std::exp(-std::abs(output)));
}

inline double sigmoid(double output) {
  return 1 / (1 + std::exp(-output));
}

}  // namespace qfx::measure
