// The search behind gptq.h: rows of real numbers onto a grid, for a quadratic error that all rows
// share. No torch here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/graph/spec.h"

namespace qfx::train {

// Of rows with `columns` numbers each.
struct RowError {
  std::int64_t columns = 0;
  // Symmetric, positive definite, row-major: the error of a row d is d' moments d.
  std::span<const double> moments;
  // The upper Cholesky factor of its inverse.
  std::span<const double> factor;
};

struct RoundedRows {
  std::vector<double> values;  // as the rows
  std::vector<double> errors;  // of each row
};

// The rows as values of the spec's grid, row r with points[r] fraction bits: rounded column by
// column, the error of each moved on to the columns after it; then up to `sweeps` times every
// column is set to its best value while the others stay.
RoundedRows round_rows(std::span<const double> rows, const RowError& error,
                       const graph::QuantSpec& spec, std::span<const int> points, int sweeps);

}  // namespace qfx::train
