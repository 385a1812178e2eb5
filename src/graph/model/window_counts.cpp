#include "qfx/graph/window_counts.h"

#include <algorithm>
#include <numeric>

namespace qfx::graph {
namespace {

std::int64_t ceil_div(std::int64_t value, std::int64_t by) {
  return value >= 0 ? (value + by - 1) / by : -(-value / by);
}

std::vector<std::int64_t> counts_along(const Window& window, int axis, std::int64_t extent,
                                       std::int64_t places) {
  std::vector<std::int64_t> counts;
  const std::int64_t step = window.dilation[axis], kernel = window.kernel[axis];
  for (std::int64_t i = 0; i < places; ++i) {
    const std::int64_t begin = i * window.stride[axis] - window.padding.before(axis);
    const std::int64_t first = ceil_div(-window.counted.before(axis) - begin, step);
    const std::int64_t end = ceil_div(extent + window.counted.after(axis) - begin, step);
    counts.push_back(std::max<std::int64_t>(
        0, std::min(end, kernel) - std::max<std::int64_t>(first, 0)));
  }
  return counts;
}

// 0 where there is none up to kMaxDivisor.
std::int64_t multiple_of(const std::vector<std::int64_t>& counts) {
  std::int64_t multiple = 1;
  for (const std::int64_t count : counts) {
    if (count == 0) return 0;
    multiple *= count / std::gcd(multiple, count);  // each is below 2^31
    if (multiple > kMaxDivisor) return 0;
  }
  return multiple;
}

std::int64_t factor_of(std::int64_t multiple, const std::vector<std::int64_t>& counts) {
  return multiple / *std::ranges::min_element(counts);
}

}  // namespace

std::int64_t WindowCounts::largest_factor() const {
  return factor_of(row_multiple, rows) * factor_of(column_multiple, columns);
}

WindowCounts window_counts(const Window& window, const Shape& image, const Shape& places) {
  WindowCounts counts{.rows = counts_along(window, 0, image[1], places[1]),
                      .columns = counts_along(window, 1, image[2], places[2])};
  counts.row_multiple = multiple_of(counts.rows);
  counts.column_multiple = multiple_of(counts.columns);
  if (counts.divisor() > kMaxDivisor) counts.row_multiple = counts.column_multiple = 0;
  return counts;
}

}  // namespace qfx::graph
