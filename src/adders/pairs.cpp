#include "adders/pairs.h"

#include <algorithm>

#include "adders/random.h"

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

constexpr int kWorthwhile = 2;  // a pattern that occurs once saves nothing

std::uint64_t key_of(int first, int second) {
  return (static_cast<std::uint64_t>(first) << 32) | static_cast<std::uint32_t>(second);
}

std::size_t scattered(std::uint64_t key) {
  key *= 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(key ^ (key >> 29));
}

}  // namespace

Pairs::Pairs() : slots_(1024) {}

// Where the key's pair stands, or the free slot where it belongs.
std::size_t Pairs::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = scattered(key) & mask;
  while (slots_[slot].pair >= 0 && slots_[slot].key != key) slot = (slot + 1) & mask;
  return slot;
}

void Pairs::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.pair >= 0) slots_[slot_of(slot.key)] = slot;
}

int Pairs::find_or_add(int first, int second) {
  const std::uint64_t key = key_of(first, second);
  std::size_t slot = slot_of(key);
  if (slots_[slot].pair >= 0) return slots_[slot].pair;
  if (2 * (used_ + 1) > slots_.size()) {
    grow();
    slot = slot_of(key);
  }
  ++used_;
  int number = static_cast<int>(pairs_.size());
  if (unused_.empty()) {
    pairs_.emplace_back();
    sums_.emplace_back();
  } else {
    number = unused_.back();
    unused_.pop_back();
  }
  pairs_[static_cast<std::size_t>(number)] = {.first = first, .second = second};
  sums_[static_cast<std::size_t>(number)] = {};
  slots_[slot] = {key, number};
  return number;
}

void Pairs::remove(int number) {
  const Pair& pair = pairs_[static_cast<std::size_t>(number)];
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(key_of(pair.first, pair.second));
  // What stands behind the hole moves up, unless it would stand before its own first slot.
  for (std::size_t slot = (hole + 1) & mask; slots_[slot].pair >= 0; slot = (slot + 1) & mask) {
    const std::size_t home = scattered(slots_[slot].key) & mask;
    if (((slot - home) & mask) >= ((slot - hole) & mask)) {
      slots_[hole] = slots_[slot];
      hole = slot;
    }
  }
  slots_[hole].pair = -1;
  --used_;
  unused_.push_back(number);
}

void Pairs::rank(int number) {
  Pair& pair = pairs_[static_cast<std::size_t>(number)];
  const auto count = static_cast<std::size_t>(pair.most);
  if (by_count_.size() <= count) by_count_.resize(count + 1);
  pair.place = static_cast<int>(by_count_[count].size());
  by_count_[count].push_back(number);
  most_ = std::max(most_, pair.most);
}

void Pairs::unrank(int number) {
  Pair& pair = pairs_[static_cast<std::size_t>(number)];
  std::vector<int>& ranked = by_count_[static_cast<std::size_t>(pair.most)];
  const int last = ranked.back();
  ranked[static_cast<std::size_t>(pair.place)] = last;
  pairs_[static_cast<std::size_t>(last)].place = pair.place;
  ranked.pop_back();
  pair.place = -1;
  while (most_ > 0 && by_count_[static_cast<std::size_t>(most_)].empty()) --most_;
}

void Pairs::update(int first, int second, const Counts& before, const Counts& after, int rows) {
  const int number = find_or_add(first, second);
  Sums& sums = sums_[static_cast<std::size_t>(number)];
  const int most = sums.add(after, before);
  Pair& pair = pairs_[static_cast<std::size_t>(number)];
  pair.rows += rows;
  if (most != pair.most) {
    if (pair.place >= 0) unrank(number);
    pair.most = most;
    if (most >= kWorthwhile && !pair.aside) rank(number);
  }
  if (pair.rows == 0) {
    QFX_ASSERT(pair.most == 0);
    remove(number);
  }
}

int Pairs::Sums::add(const Counts& more, const Counts& less) {
  std::int16_t most = 0;
  std::int16_t* __restrict sum = of.data();
  for (std::size_t p = 0; p < kPatterns; ++p) {
    sum[p] = static_cast<std::int16_t>(sum[p] + more[p] - less[p]);
    most = std::max(most, sum[p]);
  }
  return most;
}

Candidate Pairs::pick(Random& random) const {
  const std::vector<int>& ranked = by_count_[static_cast<std::size_t>(most_)];
  const int number =
      ranked[static_cast<std::size_t>(random.below(static_cast<int>(ranked.size())))];
  const Pair& pair = pairs_[static_cast<std::size_t>(number)];
  const Sums& sums = sums_[static_cast<std::size_t>(number)];
  Candidate candidate{pair.first, pair.second, 0};
  int equal = 0;
  for (int p = 0; p < kPatterns; ++p) {
    if (sums.of[static_cast<std::size_t>(p)] != most_) continue;
    if (++equal == 1 || random.below(equal) == 0) candidate.pattern = p;
  }
  return candidate;
}

void Pairs::set_aside(int first, int second) {
  const int number = slots_[slot_of(key_of(first, second))].pair;
  if (number < 0) return;
  Pair& pair = pairs_[static_cast<std::size_t>(number)];
  if (pair.aside) return;
  if (pair.place >= 0) unrank(number);
  pair.aside = true;
  aside_.push_back(number);
}

void Pairs::take_back() {
  for (int number : aside_) {
    Pair& pair = pairs_[static_cast<std::size_t>(number)];
    if (!pair.aside) continue;  // removed since, and perhaps another pair by now
    pair.aside = false;
    if (pair.most >= kWorthwhile) rank(number);
  }
  aside_.clear();
}

}  // namespace qfx::adders
