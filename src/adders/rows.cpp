#include "adders/rows.h"

#include <algorithm>

#include "adders/digits.h"
#include "adders/levels.h"

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

auto place_of(Row& row, int value) {
  return std::lower_bound(row.begin(), row.end(), value,
                          [](const Entry& entry, int v) { return entry.value < v; });
}

}  // namespace

Rows::Rows(int inputs, const std::vector<Row>& wanted, const Shape& shape)
    : inputs_(inputs), wanted_(static_cast<int>(wanted.size())), shape_(shape) {
  const auto count = static_cast<std::size_t>(first_shared());
  rows_.resize(count);
  users_.resize(count);
  digits_.resize(count);
  levels_.resize(count);
  tiles_.resize(count, inputs <= shape.tile ? 0 : -1);
  for (int input = 0; input < inputs; ++input)
    tiles_[static_cast<std::size_t>(input)] = input / shape.tile;
  for (int i = 0; i < wanted_; ++i) {
    for (const Entry& entry : wanted[static_cast<std::size_t>(i)])
      set_factor(inputs + i, entry.value, entry.factor);
    relevel(inputs + i);
  }
  forget();
}

std::int64_t Rows::factor(int row, int value) const {
  const Row& entries = rows_[static_cast<std::size_t>(row)];
  const auto at = std::lower_bound(entries.begin(), entries.end(), value,
                                   [](const Entry& entry, int v) { return entry.value < v; });
  return at == entries.end() || at->value != value ? 0 : at->factor;
}

bool Rows::is_deep() const {
  if (shape_.max_depth < 0) return false;
  for (int row = inputs_; row < first_shared(); ++row)
    if (level(row) > shape_.max_depth) return true;
  return false;
}

void Rows::update_pairs(const Row& row, int value, std::int64_t before, std::int64_t after) {
  const int tile = tiles_[static_cast<std::size_t>(value)];
  if (tile < 0) return;
  const int more = (after != 0 ? 1 : 0) - (before != 0 ? 1 : 0);
  for (const Entry& entry : row) {
    if (entry.value == value || tiles_[static_cast<std::size_t>(entry.value)] != tile) continue;
    const auto counted = [&](std::int64_t factor) -> const Counts& {
      return entry.value < value ? counts(entry.factor, factor) : counts(factor, entry.factor);
    };
    const Counts old = counted(before);  // a copy: what is remembered may go
    pairs_.update(std::min(entry.value, value), std::max(entry.value, value), old, counted(after),
                  more);
  }
  if (weight(before) > 1 || weight(after) > 1 || more != 0) {
    const Counts old = counts(before);
    pairs_.update(value, value, old, counts(after), more);
  }
}

void Rows::recount(int row, int digits) {
  const auto adders = [&](int count) {
    if (shape_.operands == 3) return count / 2;
    return std::max(0, count - 1);
  };
  int& old = digits_[static_cast<std::size_t>(row)];
  cost_ += adders(digits) - adders(old);
  old = digits;
}

void Rows::set_factor(int r, int value, std::int64_t factor) {
  Row& row = rows_[static_cast<std::size_t>(r)];
  auto at = place_of(row, value);
  const bool is_there = at != row.end() && at->value == value;
  const std::int64_t before = is_there ? at->factor : 0;
  if (before == factor) return;
  journal_.push_back({Change::What::Factor, r, value, before});
  update_pairs(row, value, before, factor);
  recount(r, digits(r) + weight(factor) - weight(before));
  std::vector<int>& users = users_[static_cast<std::size_t>(value)];
  if (factor == 0) {
    row.erase(at);
    const auto user = std::find(users.begin(), users.end(), r);
    *user = users.back();
    users.pop_back();
    if (users.empty() && value >= first_shared()) unused_.push_back(value);
  } else if (is_there) {
    at->factor = factor;
  } else {
    row.insert(at, {value, factor});
    users.push_back(r);
  }
}

int Rows::level_of(const Row& row) const {
  LevelCounts counts{};
  for (const Entry& entry : row)
    counts[static_cast<std::size_t>(std::min(level(entry.value), kLevels - 1))] +=
        weight(entry.factor);
  return combined_level(counts, shape_.operands);
}

void Rows::relevel(int row) {
  if (shape_.max_depth < 0) return;
  const int now = level_of(rows_[static_cast<std::size_t>(row)]);
  int& known = levels_[static_cast<std::size_t>(row)];
  if (known == now) return;
  journal_.push_back({Change::What::Level, row, 0, known});
  known = now;
  for (int user : users_[static_cast<std::size_t>(row)]) relevel(user);
}

int Rows::add_shared(int like) {
  int value = size();
  if (free_.empty()) {
    rows_.emplace_back();
    users_.emplace_back();
    digits_.push_back(0);
    levels_.push_back(0);
    tiles_.push_back(-1);
  } else {
    value = free_.back();
    free_.pop_back();
  }
  int& tile = tiles_[static_cast<std::size_t>(value)];
  journal_.push_back({Change::What::Added, value, 0, tile});
  tile = tiles_[static_cast<std::size_t>(like)];
  return value;
}

void Rows::drop(int value) {
  while (!rows_[static_cast<std::size_t>(value)].empty())
    set_factor(value, rows_[static_cast<std::size_t>(value)].back().value, 0);
  free_.push_back(value);
  journal_.push_back({Change::What::Dropped, value, 0, 0});
}

void Rows::drop_unused() {
  while (!unused_.empty()) {
    const int value = unused_.back();
    unused_.pop_back();
    if (users(value).empty() && !row(value).empty()) drop(value);
  }
}

void Rows::substitute(int r, int value) {
  const std::int64_t times = factor(r, value);
  set_factor(r, value, 0);
  for (const Entry& entry : rows_[static_cast<std::size_t>(value)])
    set_factor(r, entry.value, factor(r, entry.value) + times * entry.factor);
  relevel(r);
}

void Rows::eliminate(int value) {
  const std::vector<int> users = users_[static_cast<std::size_t>(value)];
  for (int user : users) substitute(user, value);
  drop_unused();
}

bool Rows::depends(int value, int on) const {
  std::vector<bool> seen(rows_.size());
  std::vector<int> open{value};
  while (!open.empty()) {
    const int next = open.back();
    open.pop_back();
    if (next == on) return true;
    if (next < inputs_ || seen[static_cast<std::size_t>(next)]) continue;
    seen[static_cast<std::size_t>(next)] = true;
    for (const Entry& entry : row(next)) open.push_back(entry.value);
  }
  return false;
}

void Rows::roll_back(std::size_t mark) {
  while (journal_.size() > mark) {
    const Change change = journal_.back();
    journal_.pop_back();
    switch (change.what) {
      case Change::What::Factor:
        set_factor(change.row, change.value, change.before);
        journal_.pop_back();
        break;
      case Change::What::Added:
        tiles_[static_cast<std::size_t>(change.row)] = static_cast<int>(change.before);
        free_.push_back(change.row);
        break;
      case Change::What::Dropped:
        free_.pop_back();
        break;
      case Change::What::Level:
        levels_[static_cast<std::size_t>(change.row)] = static_cast<int>(change.before);
        break;
    }
  }
  unused_.clear();
}

}  // namespace qfx::adders
