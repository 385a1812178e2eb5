// Integer linear forms over inputs and over each other: what the search works on.
//
// Values are numbered: the inputs, then the wanted rows, then the values that rows share. A row of
// d digits takes d - 1 adders (operands 2) or d / 2 (operands 3), so the cost of a state is known
// after every change, and every state is a solution.
#pragma once

#include <cstdint>
#include <vector>

#include "adders/pairs.h"

namespace qfx::adders {

struct Entry {
  int value = 0;
  std::int64_t factor = 0;
};

using Row = std::vector<Entry>;  // by value, no factor is 0

struct Shape {
  int operands = 2;
  int max_depth = -1;  // -1: any
  // Inputs of one tile share; those of different tiles do not, which bounds the pairs of a row.
  int tile = 1 << 30;
  bool narrow = false;  // few bits before few adders
};

class Rows {
 public:
  // Each row holds the inputs' factors.
  Rows(int inputs, const std::vector<Row>& wanted, const Shape& shape);

  int inputs() const { return inputs_; }
  int wanted() const { return wanted_; }
  int first_shared() const { return inputs_ + wanted_; }
  int size() const { return static_cast<int>(rows_.size()); }
  const Shape& shape() const { return shape_; }
  const Row& row(int value) const { return rows_[static_cast<std::size_t>(value)]; }
  const std::vector<int>& users(int value) const { return users_[static_cast<std::size_t>(value)]; }
  std::int64_t factor(int row, int value) const;
  int digits(int row) const { return digits_[static_cast<std::size_t>(row)]; }
  std::int64_t cost() const { return cost_; }

  // Adders on the longest way to a value; kept only where there is a largest depth.
  int level(int value) const { return levels_[static_cast<std::size_t>(value)]; }
  bool is_deep() const;  // deeper than allowed

  Pairs& pairs() { return pairs_; }

  void set_factor(int row, int value, std::int64_t factor);
  // Brings the levels of a row that was changed, and of those who use it, up to date.
  void relevel(int row);
  // A value that rows share, of the tile of the values it is made of.
  int add_shared(int like);
  // Takes back what nobody uses.
  void drop_unused();
  // In the row, the value's own row takes its place.
  void substitute(int row, int value);
  // The same in all rows; a shared value is then gone.
  void eliminate(int value);
  bool depends(int value, int on) const;

  // Everything since the mark is undone.
  std::size_t mark() const { return journal_.size(); }
  void roll_back(std::size_t mark);
  void forget() { journal_.clear(); }

 private:
  struct Change {
    enum class What : std::uint8_t { Factor, Added, Dropped, Level } what;
    int row = 0, value = 0;
    std::int64_t before = 0;
  };

  void update_pairs(const Row& row, int value, std::int64_t before, std::int64_t after);
  void recount(int row, int digits);
  int level_of(const Row& row) const;
  void drop(int value);

  int inputs_ = 0, wanted_ = 0;
  Shape shape_;
  std::vector<Row> rows_;
  std::vector<std::vector<int>> users_;
  std::vector<int> digits_, levels_, tiles_;
  std::vector<int> free_, unused_;
  std::int64_t cost_ = 0;
  Pairs pairs_;
  std::vector<Change> journal_;
};

}  // namespace qfx::adders
