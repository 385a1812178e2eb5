#include "adders/extract.h"

#include <algorithm>

#include "adders/digits.h"

namespace qfx::adders {
namespace {

// Looks at so many of the most frequent patterns for the best one.
constexpr int kLooks = 6;
// An extraction ends after so many patterns that would make a row too deep; the first one after so
// many more than it took. A refusal that empties a pair and fills it again lets it be picked again.
constexpr int kRefusals = 24, kFirstRefusals = 200;

// Among equals: shallow ones where depth is limited, near ones where bits count, as far shifts make
// wide sums. Else chance, which finds more.
Candidate choose(Rows& rows, Random& random) {
  Candidate best = rows.pairs().pick(random);
  const Shape& shape = rows.shape();
  const auto rank = [&](const Candidate& candidate) {
    const Pattern pattern(candidate.pattern);
    const int shift = shape.narrow ? pattern.first_shift + pattern.second_shift : 0;
    if (shape.max_depth < 0) return shift;
    return shift + 2 * std::max(rows.level(candidate.first), rows.level(candidate.second));
  };
  for (int look = 1; look < kLooks && rank(best) > 0; ++look) {
    const Candidate other = rows.pairs().pick(random);
    if (rank(other) < rank(best)) best = other;
  }
  return best;
}

// Puts the shared value where the pattern occurs in the row; how many digits that saves.
int use(Rows& rows, int row, const Candidate& candidate, const Pattern& pattern, int shared) {
  const std::int64_t first = rows.factor(row, candidate.first);
  Occurrence found;
  if (candidate.first == candidate.second) {
    found = occurrence(first, pattern);
    if (found.count == 0) return 0;
    rows.set_factor(row, candidate.first,
                    first - found.multiple * (pattern.first() + pattern.second()));
  } else {
    const std::int64_t second = rows.factor(row, candidate.second);
    if (first == 0 || second == 0) return 0;
    found = occurrence(first, second, pattern);
    if (found.count == 0) return 0;
    rows.set_factor(row, candidate.first, first - found.multiple * pattern.first());
    rows.set_factor(row, candidate.second, second - found.multiple * pattern.second());
  }
  rows.set_factor(row, shared, found.multiple);
  rows.relevel(row);
  return found.count;
}

// A shared value that is only another one shifted is no value.
void eliminate_copies(Rows& rows, int of) {
  const std::vector<int> users = rows.users(of);
  for (int user : users) {
    if (user < rows.first_shared() || rows.row(user).size() != 1) continue;
    if (weight(rows.row(user).front().factor) == 1) rows.eliminate(user);
  }
}

// False, and nothing done, where too few rows may use it under the largest depth.
bool share(Rows& rows, const Candidate& candidate) {
  const std::size_t begin = rows.mark();
  const Pattern pattern(candidate.pattern);
  const std::vector<int> users =
      rows.users(candidate.first).size() < rows.users(candidate.second).size()
          ? rows.users(candidate.first)
          : rows.users(candidate.second);
  const int shared = rows.add_shared(candidate.first);
  if (candidate.first == candidate.second) {
    rows.set_factor(shared, candidate.first, pattern.first() + pattern.second());
  } else {
    rows.set_factor(shared, candidate.first, pattern.first());
    rows.set_factor(shared, candidate.second, pattern.second());
  }
  rows.relevel(shared);
  int saved = 0;
  for (int user : users) {
    const std::size_t before = rows.mark();
    const int count = use(rows, user, candidate, pattern, shared);
    if (count > 0 && rows.is_deep())
      rows.roll_back(before);
    else
      saved += count;
  }
  if (saved < 2) {
    rows.roll_back(begin);
    return false;
  }
  eliminate_copies(rows, shared);
  rows.drop_unused();
  return true;
}

}  // namespace

void extract(Rows& rows, Random& random, int least) {
  int refused = 0;
  while (rows.pairs().most() >= least && refused < kRefusals) {
    const Candidate candidate = choose(rows, random);
    if (share(rows, candidate)) continue;
    rows.pairs().set_aside(candidate.first, candidate.second);
    ++refused;
  }
  rows.pairs().take_back();
}

void extract_first(Rows& rows, Random& random, int least, const Budget& budget) {
  int shared = 0, refused = 0;
  while (rows.pairs().most() >= least && refused <= shared + kFirstRefusals) {
    const Candidate candidate = choose(rows, random);
    if (share(rows, candidate)) {
      ++shared;
    } else {
      rows.pairs().set_aside(candidate.first, candidate.second);
      ++refused;
    }
    if ((shared + refused) % 32 == 0 && budget.is_late()) break;
    rows.forget();
  }
  rows.pairs().take_back();
}

void join_single_users(Rows& rows) {
  for (int value = rows.first_shared(); value < rows.size(); ++value) {
    if (rows.row(value).empty() || rows.users(value).size() != 1) continue;
    if (weight(rows.factor(rows.users(value).front(), value)) == 1) rows.eliminate(value);
  }
}

}  // namespace qfx::adders
