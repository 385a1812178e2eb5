#include "adders/problem.h"

#include <algorithm>
#include <bit>
#include <map>

namespace qfx::adders {
namespace {

int trailing_zeros(std::uint64_t bits) {
  return bits == 0 ? 0 : std::countr_zero(bits);
}

// A row and its negative are one: the one with more positive factors.
bool is_better_negated(const Row& row) {
  const auto positive =
      std::count_if(row.begin(), row.end(), [](const Entry& e) { return e.factor > 0; });
  const auto negative = static_cast<std::ptrdiff_t>(row.size()) - positive;
  return negative > positive || (negative == positive && row.front().factor < 0);
}

}  // namespace

Problem simplified(const Matrix& matrix) {
  Problem problem;
  const auto at = [&](std::int64_t row, std::int64_t column) {
    return matrix.values[static_cast<std::size_t>(row * matrix.columns + column)];
  };
  for (std::int64_t column = 0; column < matrix.columns; ++column) {
    std::uint64_t bits = 0;
    for (std::int64_t row = 0; row < matrix.rows; ++row)
      bits |= static_cast<std::uint64_t>(at(row, column));
    problem.input_shifts.push_back(trailing_zeros(bits));
  }

  std::map<std::vector<std::int64_t>, int> known;
  for (std::int64_t r = 0; r < matrix.rows; ++r) {
    Row row;
    std::uint64_t bits = 0;
    for (std::int64_t column = 0; column < matrix.columns; ++column) {
      const std::int64_t factor =
          at(r, column) >> problem.input_shifts[static_cast<std::size_t>(column)];
      if (factor == 0) continue;
      row.push_back({static_cast<int>(column), factor});
      bits |= static_cast<std::uint64_t>(factor);
    }
    Problem::Output output{.row = -1, .shift = trailing_zeros(bits)};
    if (!row.empty()) {
      output.negative = is_better_negated(row);
      std::vector<std::int64_t> key(static_cast<std::size_t>(matrix.columns));
      for (Entry& entry : row) {
        entry.factor = (output.negative ? -1 : 1) * (entry.factor >> output.shift);
        key[static_cast<std::size_t>(entry.value)] = entry.factor;
      }
      const auto [place, is_new] = known.emplace(std::move(key), problem.rows.size());
      if (is_new) problem.rows.push_back(std::move(row));
      output.row = place->second;
    }
    problem.outputs.push_back(output);
  }
  return problem;
}

}  // namespace qfx::adders
