// By what a mean under a window is divided, at each of its places (docs/semantics.md, avg_pool2d).
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/base/shape.h"
#include "qfx/graph/form.h"

namespace qfx::graph {

// What a place's taps number that lie on the image or on padding that counts. Rows and columns are
// counted by themselves: where the image's border cuts a window, it cuts a rectangle off.
struct WindowCounts {
  std::vector<std::int64_t> rows, columns;  // at each place along the axis
  // Least common multiples. With them one divisor serves every place:
  // sum / (rows * columns) = sum * factor / divisor.
  std::int64_t row_multiple = 1, column_multiple = 1;

  std::int64_t count(std::int64_t row, std::int64_t column) const {
    return rows[static_cast<std::size_t>(row)] * columns[static_cast<std::size_t>(column)];
  }
  std::int64_t divisor() const { return row_multiple * column_multiple; }
  std::int64_t row_factor(std::int64_t row) const {
    return row_multiple / rows[static_cast<std::size_t>(row)];
  }
  std::int64_t column_factor(std::int64_t column) const {
    return column_multiple / columns[static_cast<std::size_t>(column)];
  }
  std::int64_t factor(std::int64_t row, std::int64_t column) const {
    return row_factor(row) * column_factor(column);
  }
  // 1 where every place counts as many.
  std::int64_t largest_factor() const;
  bool is_uniform() const { return largest_factor() == 1; }
};

// Hardware divides by 31 bits at most.
inline constexpr std::int64_t kMaxDivisor = (std::int64_t{1} << 31) - 1;

// image and places: {channels, height, width} of input and output. Every place counts something,
// and the divisor is at most kMaxDivisor: infer_shape refuses others, for which the multiples are 0.
WindowCounts window_counts(const Window& window, const Shape& image, const Shape& places);

}  // namespace qfx::graph
