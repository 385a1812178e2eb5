// Rounding with compensation against every combination of values of a small grid.
#include "train/calibration/row_rounding.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "train/machine/torch.h"
#include "train/tensors/values.h"

#include "qfx/fixed/convert.h"
#include "qfx/fixed/khot.h"

namespace qfx::train {
namespace {

constexpr std::int64_t kColumns = 3;

struct Problem {
  at::Tensor moments, factor, rows;
};

// Inputs that hang together, so that one weight can make good what another's rounding did.
Problem problem(int seed, std::int64_t rows) {
  at::manual_seed(seed);
  const at::Tensor x = at::randn({kColumns, 64}, at::kDouble);
  const at::Tensor mixed = x + 1.5 * x.sum(0, true);
  Problem p{.moments = at::mm(mixed, mixed.t()).contiguous(), .factor = {}, .rows = {}};
  const at::Tensor inverse = at::cholesky_inverse(at::linalg_cholesky(p.moments));
  p.factor = at::linalg_cholesky(inverse).t().contiguous();
  p.rows = at::randn({rows, kColumns}, at::kDouble);
  return p;
}

std::span<const double> span_of(const at::Tensor& x) {
  return {x.data_ptr<double>(), static_cast<std::size_t>(x.numel())};
}

double error_of(const Problem& p, std::int64_t row, const std::vector<double>& values) {
  const double* target = p.rows.data_ptr<double>() + row * kColumns;
  const double* moments = p.moments.data_ptr<double>();
  double error = 0;
  for (std::int64_t i = 0; i < kColumns; ++i) {
    for (std::int64_t j = 0; j < kColumns; ++j)
      error += (target[i] - values[i]) * moments[i * kColumns + j] * (target[j] - values[j]);
  }
  return error;
}

std::vector<double> grid_of(const graph::QuantSpec& spec, int point) {
  std::vector<double> grid;
  const std::int64_t reach = std::int64_t{1} << (spec.width - 1);
  for (std::int64_t raw = -reach; raw < reach; ++raw) {
    if (spec.k_hot > 0 &&
        fixed::project_khot(raw, spec.k_hot, spec.signed_digits, spec.format(point)) != raw)
      continue;
    grid.push_back(std::ldexp(static_cast<double>(raw), -point));
  }
  return grid;
}

double least_error(const Problem& p, std::int64_t row, const std::vector<double>& grid) {
  double least = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> at(kColumns, 0);
  for (;;) {
    std::vector<double> values;
    for (const std::size_t i : at) values.push_back(grid[i]);
    least = std::min(least, error_of(p, row, values));
    std::size_t k = 0;
    while (k < at.size() && ++at[k] == grid.size()) at[k++] = 0;
    if (k == at.size()) return least;
  }
}

std::vector<double> nearest(const at::Tensor& row, const std::vector<double>& grid) {
  std::vector<double> values;
  for (const double v : doubles(row)) {
    values.push_back(
        *std::ranges::min_element(grid, {}, [&](double g) { return std::abs(g - v); }));
  }
  return values;
}

class RowRounding : public ::testing::TestWithParam<graph::QuantSpec> {};

TEST_P(RowRounding, LiesBetweenTheBestAndTheNearest) {
  const graph::QuantSpec& spec = GetParam();
  const std::vector<int> points{1, 1, 2, 0, 1, 2, 1, 1, 0, 1, 1, 2, 2, 1, 0, 1, 1, 2, 1};
  double best = 0, found = 0, plain = 0;
  for (int seed = 1; seed <= 3; ++seed) {
    const Problem p = problem(seed, std::ssize(points));
    const RoundedRows rounded = round_rows(
        span_of(p.rows), {kColumns, span_of(p.moments), span_of(p.factor)}, spec, points, 8);
    for (std::int64_t r = 0; r < std::ssize(points); ++r) {
      const std::vector<double> values(rounded.values.begin() + r * kColumns,
                                       rounded.values.begin() + (r + 1) * kColumns);
      const std::vector<double> grid = grid_of(spec, points[r]);
      for (const double v : values)
        EXPECT_NE(std::ranges::find(grid, v), grid.end()) << v << " is not on the grid";
      const double error = error_of(p, r, values);
      EXPECT_NEAR(rounded.errors[r], error, 1e-6 * (1 + error));
      const double least = least_error(p, r, grid);
      EXPECT_GE(error, least * (1 - 1e-9));
      best += least;
      found += error;
      plain += error_of(p, r, nearest(p.rows[r], grid));
    }
  }
  // Most of what rounding to nearest loses is won back.
  EXPECT_LT(found - best, 0.25 * (plain - best)) << best << " " << found << " " << plain;
}

INSTANTIATE_TEST_SUITE_P(
    Grids, RowRounding,
    ::testing::Values(graph::QuantSpec{.width = 4},
                      graph::QuantSpec{.width = 4, .overflow = fixed::Overflow::SAT_SYM},
                      graph::QuantSpec{.width = 4, .rounding = fixed::Rounding::TRN},
                      graph::QuantSpec{.width = 5, .k_hot = 2},
                      graph::QuantSpec{.width = 5, .k_hot = 1, .signed_digits = true}));

}  // namespace
}  // namespace qfx::train
