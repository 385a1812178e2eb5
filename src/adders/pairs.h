// Which pattern of which two values occurs how often in all rows, kept up to date row by row.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "adders/patterns.h"

namespace qfx::adders {

class Random;

// One pattern of the values first <= second.
struct Candidate {
  int first = 0, second = 0;
  int pattern = 0;
};

class Pairs {
 public:
  Pairs();

  // One row had `before` of each pattern and has `after`; `rows` more rows hold both values.
  void update(int first, int second, const Counts& before, const Counts& after, int rows);

  // How often the most frequent pattern occurs.
  int most() const { return most_; }
  // One of the most frequent patterns, at random.
  Candidate pick(Random& random) const;
  // pick() no longer gives a pattern of these two, until take_back().
  void set_aside(int first, int second);
  void take_back();

 private:
  struct alignas(64) Sums {
    std::array<std::int16_t, kPatterns> of{};
    int add(const Counts& more, const Counts& less);  // the largest after that
  };
  struct Pair {
    int first = 0, second = 0;
    int rows = 0;
    int most = 0;    // of its sums
    int place = -1;  // in by_count_[most]; -1: not there
    bool aside = false;
  };

  int find_or_add(int first, int second);
  void remove(int pair);
  void grow();
  void rank(int pair);
  void unrank(int pair);

  std::vector<Sums> sums_;
  std::vector<Pair> pairs_;
  std::vector<int> unused_;
  std::vector<std::vector<int>> by_count_;  // pairs whose most frequent pattern occurs so often
  int most_ = 0;
  std::vector<int> aside_;
  // Open addressing; -1: a slot is free.
  struct Slot {
    std::uint64_t key = 0;
    int pair = -1;
  };
  std::vector<Slot> slots_;
  std::size_t used_ = 0;

  std::size_t slot_of(std::uint64_t key) const;
};

}  // namespace qfx::adders
