#include "adders/row_differences.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "adders/digits.h"

namespace qfx::adders {
namespace {

constexpr int kShifts = 4;  // 1, 2, 4 and 8 times the other row

int digits_of_difference(const Row& row, const Row& other, std::int64_t times) {
  int digits = 0;
  auto x = row.begin();
  auto y = other.begin();
  while (x != row.end() || y != other.end()) {
    if (y == other.end() || (x != row.end() && x->value < y->value))
      digits += weight((x++)->factor);
    else if (x == row.end() || y->value < x->value)
      digits += weight((y++)->factor);
    else
      digits += weight((x++)->factor - times * (y++)->factor);
  }
  return digits;
}

struct Difference {
  int saved = 0;  // digits, the one of the other row counted
  std::int64_t times = 0;
};

class Differences {
 public:
  explicit Differences(Rows& rows) : rows_(rows), best_(square(rows.wanted())) {
    for (int row = 0; row < rows.wanted(); ++row)
      for (int other = 0; other < rows.wanted(); ++other) find(row, other);
  }

  // False: nothing saves a digit.
  bool apply_best(Random& random) {
    int most = 0, equal = 0, row = 0, other = 0;
    for (int r = 0; r < rows_.wanted(); ++r) {
      for (int o = 0; o < rows_.wanted(); ++o) {
        const int saved = at(r, o).saved;
        if (saved <= 0 || saved < most) continue;
        if (saved > most) equal = 0;
        most = saved;
        if (++equal == 1 || random.below(equal) == 0) row = r, other = o;
      }
    }
    if (most == 0) return false;
    if (!apply(row, other)) {
      at(row, other).saved = 0;
      return true;
    }
    for (int o = 0; o < rows_.wanted(); ++o) find(row, o), find(o, row);
    return true;
  }

 private:
  static std::size_t square(int count) {
    return static_cast<std::size_t>(count) * static_cast<std::size_t>(count);
  }
  Difference& at(int row, int other) {
    return best_[static_cast<std::size_t>(row) * static_cast<std::size_t>(rows_.wanted()) +
                 static_cast<std::size_t>(other)];
  }
  int value(int row) const { return rows_.inputs() + row; }

  void find(int row, int other) {
    Difference& best = at(row, other) = {};
    const int digits = rows_.digits(value(row));
    if (row == other || digits < 2 || rows_.digits(value(other)) < 2) return;
    if (rows_.factor(value(row), value(other)) != 0) return;
    for (int shift = 0; shift < kShifts; ++shift) {
      for (int sign : {1, -1}) {
        const std::int64_t times = sign * (std::int64_t{1} << shift);
        const int saved =
            digits - 1 -
            digits_of_difference(rows_.row(value(row)), rows_.row(value(other)), times);
        if (saved > best.saved) best = {saved, times};
      }
    }
  }

  bool apply(int row, int other) {
    if (rows_.depends(value(other), value(row))) return false;
    const std::int64_t times = at(row, other).times;
    const std::size_t before = rows_.mark();
    for (const Entry& entry : rows_.row(value(other)))
      rows_.set_factor(value(row), entry.value,
                       rows_.factor(value(row), entry.value) - times * entry.factor);
    rows_.set_factor(value(row), value(other), times);
    rows_.relevel(value(row));
    if (!rows_.is_deep()) return true;
    rows_.roll_back(before);
    return false;
  }

  Rows& rows_;
  std::vector<Difference> best_;
};

}  // namespace

void difference_rows(Rows& rows, Random& random) {
  Differences differences(rows);
  while (differences.apply_best(random)) {
  }
  rows.forget();
}

}  // namespace qfx::adders
