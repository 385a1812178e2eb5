#include "train/calibration/row_rounding.h"

#include <algorithm>
#include <array>

#include "qfx/kernels/fake_cast.h"
#include "qfx/kernels/khot.h"

namespace qfx::train {
namespace {

// Rows that go together, a column of them lying together.
constexpr std::int64_t kRows = 16;
using Column = std::array<double, kRows>;

class Block {
 public:
  Block(const RowError& error, const graph::QuantSpec& spec, std::span<const int> points)
      : error_(error), spec_(spec), columns_(error.columns) {
    // The nearest value, whatever the modes of the spec make of what lies between two.
    spec_.rounding = fixed::Rounding::RND;
    if (spec_.overflow != fixed::Overflow::SAT_SYM) spec_.overflow = fixed::Overflow::SAT;
    spec_.wrap_bits = 0;
    points_.fill(points.back());
    std::copy(points.begin(), points.end(), points_.begin());
  }

  void load(const double* rows, std::int64_t count) {
    target_.assign(static_cast<std::size_t>(columns_), Column{});
    for (std::int64_t r = 0; r < count; ++r) {
      for (std::int64_t j = 0; j < columns_; ++j) target_[j][r] = rows[r * columns_ + j];
    }
  }

  void compensate() {
    std::vector<Column> left = target_;
    values_ = left;
    for (std::int64_t j = 0; j < columns_; ++j) {
      const double* factor = error_.factor.data() + j * columns_;
      values_[j] = nearest(left[j]);
      Column off;
      for (std::int64_t r = 0; r < kRows; ++r) off[r] = (left[j][r] - values_[j][r]) / factor[j];
      for (std::int64_t i = j + 1; i < columns_; ++i) add(left[i], -factor[i], off);
    }
  }

  void descend(int sweeps) {
    pull_.assign(static_cast<std::size_t>(columns_), Column{});
    for (std::int64_t j = 0; j < columns_; ++j) {
      Column off;
      for (std::int64_t r = 0; r < kRows; ++r) off[r] = target_[j][r] - values_[j][r];
      move(j, off, 1);
    }
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      if (!sweep_once()) break;
    }
  }

  void store(std::int64_t count, double* values, double* errors) const {
    for (std::int64_t r = 0; r < count; ++r) {
      errors[r] = 0;
      for (std::int64_t j = 0; j < columns_; ++j) {
        values[r * columns_ + j] = values_[j][r];
        errors[r] += (target_[j][r] - values_[j][r]) * pull_[j][r];
      }
    }
  }

 private:
  static void add(Column& to, double factor, const Column& what) {
    for (std::int64_t r = 0; r < kRows; ++r) to[r] += factor * what[r];
  }

  Column nearest(Column column) const {
    const kernels::Extent extent{1, kRows, 1};
    const fixed::Format format = spec_.format(points_[0]);
    kernels::fake_cast(column.data(), column.data(), extent, format, points_.data());
    if (spec_.k_hot > 0)
      kernels::project_khot(column.data(), extent, spec_.k_hot, spec_.signed_digits, format,
                            points_.data());
    return column;
  }

  // pull = moments * (target - values) goes with the values.
  void move(std::int64_t j, const Column& by, double sign) {
    const double* row = error_.moments.data() + j * columns_;
    for (std::int64_t i = 0; i < columns_; ++i) add(pull_[i], sign * row[i], by);
  }

  bool sweep_once() {
    bool moved = false;
    for (std::int64_t j = 0; j < columns_; ++j) {
      const double own = error_.moments[j * columns_ + j];
      Column best;
      for (std::int64_t r = 0; r < kRows; ++r) best[r] = values_[j][r] + pull_[j][r] / own;
      best = nearest(best);
      Column by;
      bool differs = false;
      for (std::int64_t r = 0; r < kRows; ++r) {
        // Only what lowers the error: own * (by / 2)^2 is its change from the middle on.
        const double step = best[r] - values_[j][r];
        const bool gains = step * (2 * pull_[j][r] - own * step) > 1e-12 * own * step * step;
        by[r] = gains ? step : 0;
        differs |= by[r] != 0;
      }
      if (!differs) continue;
      for (std::int64_t r = 0; r < kRows; ++r) values_[j][r] += by[r];
      move(j, by, -1);
      moved = true;
    }
    return moved;
  }

  const RowError& error_;
  graph::QuantSpec spec_;
  std::int64_t columns_;
  std::array<int, kRows> points_{};
  std::vector<Column> target_, values_, pull_;  // by column
};

}  // namespace

RoundedRows round_rows(std::span<const double> rows, const RowError& error,
                       const graph::QuantSpec& spec, std::span<const int> points, int sweeps) {
  const std::int64_t count = std::ssize(points);
  RoundedRows result{.values = std::vector<double>(rows.size()),
                     .errors = std::vector<double>(points.size())};
  for (std::int64_t first = 0; first < count; first += kRows) {
    const std::int64_t here = std::min(kRows, count - first);
    Block block(error, spec,
                points.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(here)));
    block.load(rows.data() + first * error.columns, here);
    block.compensate();
    block.descend(sweeps);
    block.store(here, result.values.data() + first * error.columns, result.errors.data() + first);
  }
  return result;
}

}  // namespace qfx::train
