#include "adders/search.h"

#include <utility>

#include "adders/extract.h"
#include "adders/row_differences.h"

namespace qfx::adders {
namespace {

constexpr int kMostEliminated = 4;

int least_count(const Rows& rows) {
  return rows.shape().operands == 3 ? 3 : 2;
}

}  // namespace

Search::Search(Rows rows, bool differences, std::uint64_t seed, const Budget& budget)
    : rows_(std::move(rows)), random_(seed) {
  if (differences) difference_rows(rows_, random_);
  extract_first(rows_, random_, least_count(rows_), budget);
  if (rows_.shape().operands == 3) join_single_users(rows_);
  rows_.forget();
}

// A shared value that the row uses, by chance; -1 where none is found.
int Search::shared_in(int r) {
  const Row& row = rows_.row(r);
  for (int tries = 0; tries < 4 && !row.empty(); ++tries) {
    const int value =
        row[static_cast<std::size_t>(random_.below(static_cast<int>(row.size())))].value;
    if (value >= rows_.first_shared()) return value;
  }
  return -1;
}

void Search::eliminate_some() {
  const int shared = rows_.size() - rows_.first_shared();
  if (shared == 0) return;
  const int count = 1 + random_.below(kMostEliminated);
  int near = -1;  // a row that loses something already
  for (int i = 0; i < count; ++i) {
    const bool stays_near = near >= 0 && random_.below(2) != 0;
    const int value = stays_near ? shared_in(near) : rows_.first_shared() + random_.below(shared);
    if (value < 0 || rows_.row(value).empty()) continue;
    const std::vector<int>& users = rows_.users(value);
    near = users[static_cast<std::size_t>(random_.below(static_cast<int>(users.size())))];
    rows_.eliminate(value);
  }
}

// A row that hangs on another wanted one stands for itself again.
void Search::free_a_row() {
  const int value = rows_.inputs() + random_.below(rows_.wanted());
  const std::vector<int>& users = rows_.users(value);
  if (users.empty()) return;
  rows_.substitute(users[static_cast<std::size_t>(random_.below(static_cast<int>(users.size())))],
                   value);
}

void Search::share() {
  if (rows_.shape().operands == 2) return extract(rows_, random_, 2);
  extract(rows_, random_, random_.below(4) == 0 ? 2 : 3);
  join_single_users(rows_);
}

void Search::step() {
  const std::int64_t before = rows_.cost();
  eliminate_some();
  if (rows_.wanted() > 0 && random_.below(4) == 0) free_a_row();
  share();
  if (rows_.cost() > before || rows_.is_deep()) rows_.roll_back(0);
  rows_.forget();
}

}  // namespace qfx::adders
