// Eliminate and extract: a few shared values go, what they leave is shared anew.
#pragma once

#include "adders/budget.h"
#include "adders/random.h"
#include "adders/rows.h"

namespace qfx::adders {

class Search {
 public:
  // `differences`: rows may hang on other wanted rows.
  Search(Rows rows, bool differences, std::uint64_t seed, const Budget& budget);

  const Rows& rows() const { return rows_; }
  // One attempt; kept where it is no dearer.
  void step();

 private:
  int shared_in(int row);
  void eliminate_some();
  void free_a_row();
  void share();

  Rows rows_;
  Random random_;
};

}  // namespace qfx::adders
